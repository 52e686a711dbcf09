using System.Globalization;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Models;
using DenoisedSmoothing.Networks;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Presets;

/// <summary>The card of a denoiser that is not told sigma: its network, its images and the noise level that it was trained for.</summary>
/// <param name="network">The network's name, one of <see cref="Networks"/>.</param>
/// <param name="channels">Channels of its images.</param>
/// <param name="sigma">The noise per pixel, in [0,1] pixel space.</param>
internal sealed class PlainDenoiserCard(string network, int channels, double sigma) : DenoiserCard(network)
{
    private const string NetworkKey = "dds.denoiser", ChannelsKey = "dds.channels", SigmaKey = "dds.sigma";

    private const int MostChannels = 1024;

    /// <summary>The card's keys in a file's metadata.</summary>
    internal static IReadOnlyList<string> Keys => [NetworkKey, ChannelsKey, SigmaKey];

    /// <summary>The networks, for a number of channels.</summary>
    public static IReadOnlyDictionary<string, Func<int, nn.Module<Tensor, Tensor>>> Networks { get; } =
        new Dictionary<string, Func<int, nn.Module<Tensor, Tensor>>>
        {
            ["dncnn"] = channels => new DnCnn(channels),
            ["dncnn-wide"] = channels => new DnCnn(channels, width: 128),
            ["memnet"] = channels => new MemNet(channels),
        };

    public override string TrainedAt => string.Create(CultureInfo.InvariantCulture, $"sigma {sigma}");

    private protected override string What => $"a {Network}, which is not told the noise level";

    private protected override DenoiserSettings Settings => new() { Network = Network };

    internal override IReadOnlyDictionary<string, string> ToMetadata() => new Dictionary<string, string>
    {
        [NetworkKey] = Network,
        [ChannelsKey] = channels.ToString(CultureInfo.InvariantCulture),
        [SigmaKey] = sigma.ToString("R", CultureInfo.InvariantCulture),
    };

    internal override TrainedDenoiser Load(string device, CheckpointOptions? checkpoint = null, ScalarType? half = null)
    {
        nn.Module<Tensor, Tensor> loaded = CatalogWeights.Load(() => Networks[Network](channels), File!, device, checkpoint ?? new());
        NetworkDenoiser denoiser = new(half is { } type ? new HalfPrecisionNetwork(loaded, type) : loaded, disposeNetwork: true);
        return new TrainedDenoiser(this, denoiser, denoiser);
    }

    /// <summary>The card in a file's metadata; null for none.</summary>
    /// <exception cref="FormatException">It is not one that this program knows.</exception>
    internal static PlainDenoiserCard? Of(IReadOnlyDictionary<string, string> metadata, string path) =>
        !metadata.TryGetValue(NetworkKey, out string? network) ? null
        : Networks.ContainsKey(network)
            && PlainNumber.TryParseWhole(metadata.GetValueOrDefault(ChannelsKey), out int channels) && channels is >= 1 and <= MostChannels
            && PlainNumber.TryParse(metadata.GetValueOrDefault(SigmaKey), out double sigma) && sigma > 0 && double.IsFinite(sigma)
            ? new PlainDenoiserCard(network, channels, sigma) { File = path }
            : throw new FormatException($"{network} for {metadata.GetValueOrDefault(ChannelsKey)} channels, trained at sigma "
                + $"{metadata.GetValueOrDefault(SigmaKey)}");

    private protected override string? Problem(double asked) => asked.Equals(sigma)
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"{asked} is another level, which it is not told");
}
