namespace DenoisedSmoothing.Data;

/// <summary>File names that are not text.</summary>
internal static class FileNames
{
    /// <summary>
    /// What .NET puts in place of bytes that are not UTF-8: on Linux a name can be any bytes, and such a file cannot be opened by its text.
    /// </summary>
    private const char Replacement = '\ufffd';

    /// <summary>Whether a path contains that mark.</summary>
    public static bool AreBroken(string path) => path.Contains(Replacement);

    /// <summary>Whether a file or folder cannot be opened because a name in its path is not UTF-8.</summary>
    public static bool CannotBeOpened(string path) => AreBroken(path) && !Path.Exists(path);
}
