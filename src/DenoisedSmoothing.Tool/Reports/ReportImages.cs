using System.Runtime.InteropServices;
using System.Security.Cryptography;
using DenoisedSmoothing.Data;
using TorchSharp;

namespace DenoisedSmoothing.Tool;

/// <summary>The images of a log, as far as they are the ones that were certified.</summary>
/// <param name="images">The data set.</param>
internal sealed class ReportImages(IImageDataset images)
{
    public IReadOnlyList<string> ClassNames => images.ClassNames;

    /// <summary>A picture of an image, or why there is none.</summary>
    /// <param name="log">The log.</param>
    /// <param name="index">The image's index.</param>
    /// <param name="label">Its label in the log.</param>
    /// <param name="says">What it is, for readers who cannot see it.</param>
    public (Markup Picture, string? Problem) Picture(ReportedLog log, long index, int label, string says)
    {
        if (index >= images.Count)
            return (Markup.None, $"the data set ends at {images.Count - 1}");
        if (images.Label((int)index) != label)
            return (Markup.None, $"its label in the data set is {images.Label((int)index)}, and {label} in the log");
        float[] values;
        long[] shape;
        try
        {
            using torch.Tensor image = images.Image((int)index);
            (values, shape) = (image.contiguous().data<float>().ToArray(), image.shape);
        }
        catch (InvalidDataException e)
        {
            return (Markup.None, e.Message);
        }

        string hash = Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(values.AsSpan())));
        if (log.ImageHashes.TryGetValue(index, out string? certified) && certified != hash)
            return (Markup.None, "it is not the image that was certified: another data set, or another preparation (--image-resize, "
                + "--image-crop, --grey)");
        return (PagePicture.Of(values, (int)shape[0], (int)shape[1], (int)shape[2], says), null);
    }
}
