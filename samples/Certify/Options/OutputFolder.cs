namespace Certify;

/// <summary>Folders of files to write.</summary>
internal static class OutputFolder
{
    /// <summary>Makes the folder of a file, with those above it.</summary>
    public static void Make(string file)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder)
            Directory.CreateDirectory(folder);
    }
}
