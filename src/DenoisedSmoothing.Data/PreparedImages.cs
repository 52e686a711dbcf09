using DenoisedSmoothing.Preprocessing;
using TorchSharp;

namespace DenoisedSmoothing.Data;

/// <summary>A data set's images after a preprocessing.</summary>
internal sealed class PreparedImages(IImageDataset images, ImagePreprocess preprocess) : IImageDataset
{
    public int Count => images.Count;

    public IReadOnlyList<string> ClassNames => images.ClassNames;

    public string Fingerprint => $"{images.Fingerprint}; {preprocess}";

    public string ImageName(int index) => images.ImageName(index);

    public int Label(int index) => images.Label(index);

    public ImageShape? ShapeOf(int index)
    {
        try
        {
            return images.ShapeOf(index) is { } shape ? preprocess.ShapeOf(shape) : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    public torch.Tensor Image(int index)
    {
        using torch.Tensor image = images.Image(index);
        try
        {
            return preprocess.Apply(image);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"{ImageName(index)}: {e.Message}", e);
        }
    }
}
