using DenoisedSmoothing.Parts;
using TorchSharp;

namespace DenoisedSmoothing.Classification;

/// <summary>Lets a colour classifier take grey images: the one channel is repeated three times.</summary>
/// <remarks>
/// Certify the grey image: distances then count each grey pixel once. Disposes nothing. Safe for concurrent use where the classifier is.
/// </remarks>
public sealed class GreyToColorClassifier : IClassifier, IDescribed
{
    private readonly IClassifier _color;

    /// <summary>Wraps a colour classifier.</summary>
    /// <param name="color">Takes [N,3,H,W].</param>
    public GreyToColorClassifier(IClassifier color)
    {
        ArgumentNullException.ThrowIfNull(color);
        _color = color;
    }

    /// <inheritdoc/>
    public int ClassCount => _color.ClassCount;

    /// <inheritdoc/>
    public PartInfo Info => GreyImages.Info(_color);

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The images are not grey: [N,1,H,W].</exception>
    public torch.Tensor Classify(torch.Tensor images)
    {
        using torch.Tensor color = GreyImages.Repeat(images);
        return _color.Classify(color);
    }
}
