using System.Globalization;
using DenoisedSmoothing.Models;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Tool;

/// <summary>
/// What the file of a denoiser that is not told sigma says of itself: its network, the images and the noise level that it was trained for.
/// </summary>
/// <param name="Network">Its name, of <see cref="Networks"/>.</param>
/// <param name="Channels">Channels of its images.</param>
/// <param name="Sigma">The noise per pixel.</param>
internal sealed record PlainDenoiserCard(string Network, int Channels, double Sigma)
{
    private const string NetworkKey = "dds.denoiser", ChannelsKey = "dds.channels", SigmaKey = "dds.sigma";

    /// <summary>The networks, for a number of channels.</summary>
    public static IReadOnlyDictionary<string, Func<int, nn.Module<Tensor, Tensor>>> Networks { get; } =
        new Dictionary<string, Func<int, nn.Module<Tensor, Tensor>>>
        {
            ["dncnn"] = channels => new DnCnn(channels),
            ["dncnn-wide"] = channels => new DnCnn(channels, width: 128),
            ["memnet"] = channels => new MemNet(channels),
        };

    public IReadOnlyDictionary<string, string> ToMetadata() => new Dictionary<string, string>
    {
        [NetworkKey] = Network,
        [ChannelsKey] = Channels.ToString(CultureInfo.InvariantCulture),
        [SigmaKey] = Sigma.ToString("R", CultureInfo.InvariantCulture),
    };

    /// <summary>Reads the card of a file.</summary>
    /// <returns>Null where the file is no safetensors file, or carries none.</returns>
    /// <exception cref="InvalidDataException">There is one, and it cannot be understood.</exception>
    public static PlainDenoiserCard? Find(string path)
    {
        IReadOnlyDictionary<string, string> metadata = FileMetadata.Read(path);
        if (!metadata.TryGetValue(NetworkKey, out string? network))
            return null;
        return Networks.ContainsKey(network)
            && PlainNumber.TryParseWhole(metadata.GetValueOrDefault(ChannelsKey), out int channels) && channels is >= 1 and <= 1024
            && PlainNumber.TryParse(metadata.GetValueOrDefault(SigmaKey), out double sigma) && SamplingOptions.SigmaRange.Contains(sigma)
            ? new PlainDenoiserCard(network, channels, sigma)
            : throw new InvalidDataException($"{path}: its metadata does not name a denoiser that this program knows ({network}).");
    }
}
