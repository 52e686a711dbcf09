using TorchSharp;

namespace DenoisedSmoothing.Data;

/// <summary>
/// Labelled images by index, in an order that never changes: image i of a data set has the noise of index i in every run.
/// </summary>
/// <remarks>Images are read when asked for. Safe for concurrent reading.</remarks>
public interface IImageDataset
{
    /// <summary>The number of images.</summary>
    int Count { get; }

    /// <summary>The classes' names, by label.</summary>
    IReadOnlyList<string> ClassNames { get; }

    /// <summary>A short text for exactly this data: kind, size and a hash, so that a run is never resumed on other images.</summary>
    string Fingerprint { get; }

    /// <summary>What to call an image in a message: a file's path, or a number within a file.</summary>
    /// <param name="index">0 to Count - 1.</param>
    string ImageName(int index);

    /// <summary>The label of one image.</summary>
    /// <param name="index">0 to Count - 1.</param>
    int Label(int index);

    /// <summary>The shape of one image, as far as it is known without decoding it.</summary>
    /// <param name="index">0 to Count - 1.</param>
    /// <returns>Null where it is not known, or the image cannot be read.</returns>
    ImageShape? ShapeOf(int index) => null;

    /// <summary>One image.</summary>
    /// <param name="index">0 to Count - 1.</param>
    /// <returns>float32 [C,H,W] in [0,1] on the CPU; the caller disposes it.</returns>
    /// <exception cref="InvalidDataException">The image cannot be read; the message names it.</exception>
    torch.Tensor Image(int index);
}
