using System.Runtime.CompilerServices;

namespace DenoisedSmoothing.Testing;

/// <summary>Data for development that a checkout does not hold: in a folder <c>shared</c> beside it, or absent.</summary>
internal static class SharedData
{
    /// <summary>The full path of a file or folder, or null if it is not there: the test is skipped then.</summary>
    public static string? Find(string path)
    {
        string full = Path.GetFullPath(Path.Combine(Source(), "../../../../shared", path));
        return Path.Exists(full) ? full : null;
    }

    private static string Source([CallerFilePath] string file = "") => file;
}
