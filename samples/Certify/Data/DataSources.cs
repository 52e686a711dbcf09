using DenoisedSmoothing;

namespace Certify;

/// <summary>Data sets by name.</summary>
internal static class DataSources
{
    public const string Bundled = "bundled";

    private static readonly Dictionary<string, Func<DataChoice, IImageDataset>> s_open = new()
    {
        [Bundled] = _ => FashionMnistPair.TestImages(),
        ["fashion-mnist"] = choice => choice.Split == "train" ? FashionMnist.Train(choice.Path ?? FashionMnist.DebianFolder) : FashionMnist.Test(choice.Path ?? FashionMnist.DebianFolder),
    };

    public static IReadOnlyList<string> Names { get; } = [.. s_open.Keys];

    /// <summary>Opens a data set.</summary>
    /// <exception cref="IOException">It is not there; the message says where to get it.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or no image is selected.</exception>
    public static IImageDataset Open(DataChoice choice)
    {
        IImageDataset images = s_open[choice.Name](choice);
        return choice.Range.CountOf(images.Count) > 0
            ? images
            : throw new InvalidDataException($"No image is left: the data set has {images.Count}, and --start, --skip, --max and --shard take none of them.");
    }
}
