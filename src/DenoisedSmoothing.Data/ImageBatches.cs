using DenoisedSmoothing.Preprocessing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Data;

/// <summary>Reads images of a data set, several at a time.</summary>
public static class ImageBatches
{
    /// <summary>Reads images of one size.</summary>
    /// <param name="images">The data set.</param>
    /// <param name="preprocess">What happens to each image first; null for nothing.</param>
    /// <param name="indices">Which images, at least one; each in [0, Count).</param>
    /// <returns>float32 [N,C,H,W] in [0,1] on the CPU; the caller disposes it.</returns>
    /// <exception cref="InvalidDataException">
    /// An image cannot be read, or has another size than the first; the message names it.
    /// </exception>
    /// <exception cref="ArgumentException">There are no indices.</exception>
    public static Tensor ReadBatch(this IImageDataset images, ImagePreprocess? preprocess, IReadOnlyList<int> indices)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(indices);
        if (indices.Count == 0)
            throw new ArgumentException("No index is given.", nameof(indices));
        using DisposeScope scope = NewDisposeScope();
        Tensor[] batch = [.. indices.Select(index =>
        {
            Tensor image = images.Image(index);
            return preprocess?.Apply(image) ?? image;
        })];
        for (int i = 1; i < batch.Length; i++)
        {
            if (!batch[i].shape.SequenceEqual(batch[0].shape))
                throw new InvalidDataException(
                    $"{images.ImageName(indices[i])} has shape [{string.Join(',', batch[i].shape)}], {images.ImageName(indices[0])} "
                    + $"[{string.Join(',', batch[0].shape)}]: all must be of one size.");
        }

        return stack(batch).MoveToOuterDisposeScope();
    }
}
