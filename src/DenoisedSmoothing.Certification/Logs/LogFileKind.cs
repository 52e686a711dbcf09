namespace DenoisedSmoothing.Logs;

/// <summary>Identifies files that are given in place of a log.</summary>
internal static class LogFileKind
{
    /// <summary>Accepts logs and unknown files, by path.</summary>
    /// <exception cref="IOException">There is no such file, or it cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is another kind of file.</exception>
    public static void Check(string path)
    {
        using Stream stream = LogPaths.OpenToRead(path);
        Check(stream, path);
    }

    /// <summary>Accepts logs and unknown files: the reader says what is wrong with them.</summary>
    /// <param name="stream">At its beginning, where it is left.</param>
    /// <param name="name">What to call it.</param>
    /// <exception cref="InvalidDataException">It is another kind of file.</exception>
    public static void Check(Stream stream, string name)
    {
        FileKind? kind = FileKind.Of(stream);
        if (kind is not null && kind != FileKind.Log && kind != FileKind.LogJsonLines && kind != FileKind.Text && kind != FileKind.Empty
            && kind != FileKind.Json)
            throw new InvalidDataException($"{name}: {kind.InsteadOf("a certification log")}");
    }
}
