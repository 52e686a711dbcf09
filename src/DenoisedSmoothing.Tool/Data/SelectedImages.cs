using DenoisedSmoothing.Data;
using TorchSharp;

namespace DenoisedSmoothing.Tool;

/// <summary>Some images of a data set, as their own data set: for training, which numbers them from 0.</summary>
internal sealed class SelectedImages(IImageDataset images, int[] indices) : IImageDataset
{
    public int Count => indices.Length;

    public IReadOnlyList<string> ClassNames => images.ClassNames;

    public string Fingerprint => $"{indices.Length} of {images.Fingerprint}";

    public string ImageName(int index) => images.ImageName(indices[index]);

    public int Label(int index) => images.Label(indices[index]);

    public ImageShape? ShapeOf(int index) => images.ShapeOf(indices[index]);

    public torch.Tensor Image(int index) => images.Image(indices[index]);
}
