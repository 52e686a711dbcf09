using DenoisedSmoothing.Data;
using DenoisedSmoothing.Preprocessing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Tool;

/// <summary>The few labelled images with which a pair is checked.</summary>
/// <param name="Indices">Their indices in the data set.</param>
/// <param name="Labels">Their labels.</param>
/// <param name="Pixels">[N,C,H,W], as in the data set.</param>
/// <param name="ClassNames">Names by label.</param>
internal sealed record CheckImages(int[] Indices, int[] Labels, Tensor Pixels, IReadOnlyList<string> ClassNames) : IDisposable
{
    public int Count => Indices.Length;

    public long Channels => Pixels.shape[1];

    /// <summary>Reads the images of a selection, spread over it if it has more than are wanted.</summary>
    /// <param name="images">The data set.</param>
    /// <param name="range">The selection.</param>
    /// <param name="most">The most images.</param>
    /// <param name="preprocess">What a pair does to an image before the noise.</param>
    public static CheckImages Read(IImageDataset images, DatasetRange range, int most, ImagePreprocess? preprocess)
    {
        int[] all = [.. range.Indices(images.Count)];
        int count = Math.Min(most, all.Length);
        // Folders are sorted by class: the first few images would all be of one class.
        int[] indices = [.. Enumerable.Range(0, count).Select(i => all[(int)((long)i * all.Length / count)])];
        return new CheckImages(indices, [.. indices.Select(images.Label)], images.ReadBatch(preprocess, indices), images.ClassNames);
    }

    /// <summary>A class's name, if it has one.</summary>
    public string NameOf(long label) => label < ClassNames.Count
        ? ClassNames[(int)label]
        : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"class {label}");

    public void Dispose() => Pixels.Dispose();
}
