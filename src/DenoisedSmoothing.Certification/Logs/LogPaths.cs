namespace DenoisedSmoothing.Logs;

/// <summary>
/// The files of one log: <c>run.tsv</c>, <c>run.tsv.jsonl</c> and <c>run.tsv.meta.json</c>, and <c>run.tsv.lock</c> until it is finished.
/// </summary>
internal static class LogPaths
{
    private const string JsonSuffix = ".jsonl", MetaSuffix = ".meta.json", LockSuffix = ".lock";

    public static string JsonLines(string log) => log + JsonSuffix;

    public static string Meta(string log) => log + MetaSuffix;

    public static string Lock(string log) => log + LockSuffix;

    /// <summary>The log that a file belongs to: the file itself, or the one beside which its JSON lines are stored.</summary>
    public static string LogOf(string path) =>
        path.EndsWith(JsonSuffix, StringComparison.Ordinal) ? path[..^JsonSuffix.Length] : path;

    /// <summary>The same, or null where a running process keeps others out, as on Windows.</summary>
    public static FileStream? TryOpenToRead(string path)
    {
        try
        {
            return OpenToRead(path);
        }
        catch (IOException e) when (e.GetType() == typeof(IOException))
        {
            return null;
        }
    }

    /// <summary>Opens a file that a running process may still be writing.</summary>
    public static FileStream OpenToRead(string path)
    {
        // Opening a folder is reported as missing permission, which misleads people.
        if (Directory.Exists(path))
            throw new IOException($"{path} is a folder, not a log.");
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no file {path}.", path);
        return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
    }
}
