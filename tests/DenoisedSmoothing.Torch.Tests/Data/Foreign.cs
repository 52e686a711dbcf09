using DenoisedSmoothing.Data;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Data;

/// <summary>A data set of another make, which says nothing of its images before they are read.</summary>
internal sealed class Foreign(LabeledImages images, Func<int, Tensor>? read = null) : IImageDataset
{
    public int Count => images.Count;

    public IReadOnlyList<string> ClassNames => images.ClassNames;

    public string Fingerprint => "foreign";

    public string ImageName(int index) => images.ImageName(index);

    public int Label(int index) => images.Label(index);

    public Tensor Image(int index) => read is null ? images.Image(index) : read(index);
}
