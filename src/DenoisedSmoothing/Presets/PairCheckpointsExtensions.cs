using DenoisedSmoothing.Checkpoints;

namespace DenoisedSmoothing.Presets;

/// <summary>The options asked for, on top of what a pair's files usually need.</summary>
internal static class PairCheckpointsExtensions
{
    public static CheckpointOptions OfDenoiser(this PairCheckpoints? asked) => asked?.Denoiser ?? new();

    /// <param name="asked">Null for the usual way.</param>
    /// <param name="usual">How the published files are read; null where they need nothing.</param>
    public static CheckpointOptions OfClassifier(this PairCheckpoints? asked, CheckpointOptions? usual = null)
    {
        CheckpointOptions options = asked?.Classifier ?? new();
        return options with { StripPrefixes = options.StripPrefixes ?? usual?.StripPrefixes };
    }
}
