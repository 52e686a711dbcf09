using DenoisedSmoothing.Preprocessing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Classification;

/// <summary>
/// A classifier whose images are made grey, resized or cut first: whatever came before its mean and std when it was trained.
/// </summary>
/// <remarks>Disposes nothing. Safe for concurrent use where the classifier is.</remarks>
public sealed class PreparedClassifier : IClassifier, IDescribed
{
    private static readonly double[] s_grey = [0.299, 0.587, 0.114];

    private readonly IClassifier _classifier;

    /// <summary>Wraps a classifier.</summary>
    /// <param name="classifier">Takes prepared images.</param>
    /// <param name="preprocess">What is done to them.</param>
    /// <exception cref="ArgumentException">A size is below 1, or both sizes are given.</exception>
    public PreparedClassifier(IClassifier classifier, ClassifierPreprocess preprocess)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        ArgumentNullException.ThrowIfNull(preprocess);
        preprocess.Validate();
        (_classifier, Preprocess) = (classifier, preprocess);
    }

    /// <inheritdoc/>
    public int ClassCount => _classifier.ClassCount;

    /// <summary>What is done to images.</summary>
    public ClassifierPreprocess Preprocess { get; }

    /// <inheritdoc/>
    public PartInfo Info
    {
        get
        {
            PartInfo inner = PartInfo.Of(_classifier);
            bool sized = Preprocess.Resize is not null || Preprocess.ShorterSide is not null || Preprocess.Crop is not null;
            InputShape? taken = Preprocess.Grey ? new InputShape(3)
                : inner.InputShape is { Channels: { } channels } ? new InputShape(channels)
                : null;
            if (!sized && inner.InputShape is { } shape)
                taken = new InputShape(taken?.Channels, shape.Height, shape.Width, shape.Multiple);
            return (inner with { InputShape = taken }).Named(name => $"prepared({Preprocess}{name})");
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// The images are smaller than the crop, or do not have 3 channels where grey is asked for.
    /// </exception>
    public Tensor Classify(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        using DisposeScope scope = NewDisposeScope();
        (int height, int width) = ((int)images.shape[2], (int)images.shape[3]);
        (int Height, int Width) to = Preprocess.SizeOf(height, width), resized = Preprocess.ResizedSize(height, width);
        Tensor prepared = TensorResize.To(Preprocess.Grey ? GreyOf(images) : images, resized.Height, resized.Width, Preprocess.Resampling);
        if (to != resized)
        {
            // The margin is rounded half to even (torchvision's center_crop).
            int top = (int)Math.Round((resized.Height - to.Height) / 2.0), left = (int)Math.Round((resized.Width - to.Width) / 2.0);
            prepared = prepared.narrow(2, top, to.Height).narrow(3, left, to.Width).contiguous();
        }

        return _classifier.Classify(prepared).MoveToOuterDisposeScope();
    }

    private static Tensor GreyOf(Tensor images)
    {
        if (images.shape[1] != s_grey.Length)
            throw new ArgumentException($"Grey is made of 3 channels, red, green and blue; these images have {images.shape[1]}.");
        Tensor[] colours = images.split(1, 1);
        return colours[0].mul(Kept(s_grey[0])).Plus(colours[1].mul(Kept(s_grey[1]))).Plus(colours[2].mul(Kept(s_grey[2])));
    }
}
