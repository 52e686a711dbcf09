using System.Globalization;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Presets;
using DenoisedSmoothing.Training;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Tool;

/// <summary>What the file of a score network says of itself: its network, and the noise levels that it was trained for.</summary>
/// <param name="Network">Its name in the catalog.</param>
/// <param name="SmallestSigma">The lowest level, per pixel in [0,1].</param>
/// <param name="LargestSigma">The highest.</param>
internal sealed record ScoreCard(string Network, double SmallestSigma, double LargestSigma)
{
    // Enough that any sigma in the range is within a few percent of a level.
    private const int LevelCount = 50;

    private const string NetworkKey = "dds.score", RangeKey = "dds.score_sigmas";

    /// <summary>How the weights of the network itself are read.</summary>
    public static CheckpointOptions Weights { get; } = new() { StripPrefixes = ["score."] };

    /// <summary>The levels trained, in a geometric row.</summary>
    public IReadOnlyList<double> Levels => ScoreMatching.Ladder(LargestSigma, SmallestSigma, LevelCount);

    /// <summary>The score of a network.</summary>
    /// <param name="network">Of this name, in any arithmetic; freed with the score.</param>
    public ScoreModel Score(nn.IModule<Tensor, Tensor, Tensor> network) =>
        new(new ScoreNetwork(network, SmallestSigma, LargestSigma), LargestSigma, disposeNetwork: true) { SmallestSigma = SmallestSigma };

    public IReadOnlyDictionary<string, string> ToMetadata() => new Dictionary<string, string>
    {
        [NetworkKey] = Network,
        [RangeKey] = string.Create(CultureInfo.InvariantCulture, $"{SmallestSigma:R}..{LargestSigma:R}"),
    };

    /// <summary>Reads the card of a file.</summary>
    /// <returns>Null where the file is no safetensors file, or carries none.</returns>
    /// <exception cref="InvalidDataException">There is one, and it cannot be understood.</exception>
    public static ScoreCard? Find(string path)
    {
        IReadOnlyDictionary<string, string> metadata = FileMetadata.Read(path);
        if (!metadata.TryGetValue(NetworkKey, out string? network))
            return null;
        return NetworkCatalog.Denoisers.ContainsKey(network) && metadata.TryGetValue(RangeKey, out string? text)
            && NoiseLevels.TryParseRange(text, out (double First, double Last) range) && range.First > 0
            ? new ScoreCard(network, range.First, range.Last)
            : throw new InvalidDataException($"{path}: its metadata does not name a score network that this program knows ({network}).");
    }
}
