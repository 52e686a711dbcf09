using DenoisedSmoothing.Data;
using DenoisedSmoothing.Preprocessing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Tool;

/// <summary>Images of a data set, several at a time, after the models' preprocessing.</summary>
internal static class ImageBatches
{
    /// <summary>Reads images of one size.</summary>
    /// <returns>float32 [N,C,H,W] in [0,1] on the CPU; the caller disposes it.</returns>
    /// <exception cref="InvalidDataException">An image cannot be read, or is of another size than the first; the message names
    /// it.</exception>
    public static Tensor Read(IImageDataset images, ImagePreprocess? preprocess, IReadOnlyList<int> indices)
    {
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
