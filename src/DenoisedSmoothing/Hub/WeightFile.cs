using DenoisedSmoothing.Checkpoints;

namespace DenoisedSmoothing.Hub;

/// <summary>Opens weight files in the forms in which classifiers are published.</summary>
internal static class WeightFile
{
    private static readonly string[] s_cohen = ["1.", "module."];

    /// <summary>
    /// Opens a file. Cohen et al. and Salman et al. save a Sequential whose first module normalises and has no weights, sometimes through
    /// DataParallel: what this puts before all names is stripped too.
    /// </summary>
    /// <exception cref="CheckpointException">The file is damaged, hostile or of an unknown kind.</exception>
    public static Checkpoint Open(string path, CheckpointOptions options)
    {
        Checkpoint checkpoint = Checkpoint.Open(path, options);
        if (options.StripPrefixes is not null || checkpoint.Entries.Count == 0
            || !checkpoint.Entries.All(static entry => entry.Name.StartsWith(s_cohen[0], StringComparison.Ordinal)))
            return checkpoint;
        checkpoint.Dispose();
        return Checkpoint.Open(path, options with { StripPrefixes = s_cohen });
    }
}
