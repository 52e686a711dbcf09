using System.Globalization;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Networks;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Presets;

/// <summary>The card of a score network: its network, and the noise levels that it was trained for.</summary>
/// <param name="network">The network's name in the catalog.</param>
/// <param name="sigmas">The lowest and the highest level, per pixel in [0,1].</param>
internal sealed class ScoreCard(string network, SigmaInterval sigmas) : DenoiserCard(network)
{
    private const string NetworkKey = "dds.score", RangeKey = "dds.score_sigmas";

    /// <summary>The card's keys in a file's metadata.</summary>
    internal static IReadOnlyList<string> Keys => [NetworkKey, RangeKey];

    /// <summary>How the weights of the network itself are read.</summary>
    public static CheckpointOptions Weights { get; } = new() { StripPrefixes = ["score."] };

    /// <summary>The lowest and the highest level.</summary>
    public SigmaInterval Sigmas => sigmas;

    public override string TrainedAt =>
        string.Create(CultureInfo.InvariantCulture, $"sigma {sigmas.First} to {sigmas.Last}");

    private protected override string What => $"a score network of {Network}";

    private protected override DenoiserSettings Settings => new() { Network = Network };

    /// <summary>The score of a network.</summary>
    /// <param name="module">A network of this name, in any arithmetic; freed with the score.</param>
    public ScoreModel Score(nn.IModule<Tensor, Tensor, Tensor> module) =>
        new(new ScoreNetwork(module, sigmas.First, sigmas.Last), sigmas.Last, disposeNetwork: true) { SmallestSigma = sigmas.First };

    internal override IReadOnlyDictionary<string, string> ToMetadata() => new Dictionary<string, string>
    {
        [NetworkKey] = Network,
        [RangeKey] = sigmas.ToString(),
    };

    internal override TrainedDenoiser Load(string device, CheckpointOptions? checkpoint = null, ScalarType? half = null)
    {
        nn.Module<Tensor, Tensor, Tensor> loaded = NetworkCatalog.Denoisers[Network].Load(File!, device, checkpoint ?? Weights);
        ScoreModel score = Score(half is { } type ? new HalfPrecisionNetwork(loaded, type) : loaded);
        return new TrainedDenoiser(this, new TweedieDenoiser(score), score);
    }

    /// <summary>The card in a file's metadata; null for none.</summary>
    /// <exception cref="FormatException">It is not one that this program knows.</exception>
    internal static ScoreCard? Of(IReadOnlyDictionary<string, string> metadata, string path) =>
        !metadata.TryGetValue(NetworkKey, out string? network) ? null
        : NetworkCatalog.Denoisers.TryGetValue(network, out CatalogDenoiser? known) && !known.IsEdm
            && SigmaInterval.TryParse(metadata.GetValueOrDefault(RangeKey), out SigmaInterval range) && range.First > 0
            ? new ScoreCard(network, range) { File = path }
            : throw new FormatException($"a score of {network}, trained at sigma {metadata.GetValueOrDefault(RangeKey)}");

    private protected override string? Problem(double sigma) => sigma >= sigmas.First && sigma <= sigmas.Last
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"{sigma} is outside");
}
