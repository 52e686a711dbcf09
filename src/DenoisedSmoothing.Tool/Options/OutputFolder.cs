namespace DenoisedSmoothing.Tool;

/// <summary>Checks files to write before the work whose result they are to hold.</summary>
internal static class OutputFolder
{
    /// <summary>Makes the folder of a file, with those above it.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static void Make(string file)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(file)) is not { } folder)
            return;
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The folder '{folder}' cannot be made: {e.Message}", e);
        }
    }

    /// <summary>Makes the folder of a file, and checks that the file can be written; leaves the file unchanged.</summary>
    /// <exception cref="IOException">It cannot.</exception>
    public static void Check(string file)
    {
        Make(file);
        bool there = File.Exists(file);
        try
        {
            using (new FileStream(file, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite))
            {
            }

            if (!there)
                File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"'{file}' cannot be written: {e.Message}", e);
        }
    }
}
