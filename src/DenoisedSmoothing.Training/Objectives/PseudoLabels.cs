using System.Globalization;
using DenoisedSmoothing.Data;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training;

/// <summary>
/// Self-training (Carmon et al. 2019, as used by Salman et al. 2019): half of the steps, in random order, see images labelled by another
/// classifier instead of the trainer's own, and their loss is weighted.
/// </summary>
public sealed class PseudoLabels : ITrainingObjective
{
    private readonly ITrainingObjective _inner;
    private readonly LabeledImages _images;

    /// <summary>Trains by an objective on further images.</summary>
    /// <param name="inner">The objective for both kinds of images.</param>
    /// <param name="images">The further images with the labels made for them, with the shape and number of classes of the others; at least
    /// one. They are used without augmentation.</param>
    /// <exception cref="ArgumentException">There are no images.</exception>
    public PseudoLabels(ITrainingObjective inner, LabeledImages images)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(images);
        if (images.Count == 0)
            throw new ArgumentException("There are no further images.", nameof(images));
        (_inner, _images) = (inner, images);
    }

    /// <summary>The factor for the loss of further images; finite, at least 0.</summary>
    /// <value>1. Salman et al. use 0.5 and 1.</value>
    public double Weight { get; init => field = Trainable.Weight(value, nameof(Weight)); } = 1;

    /// <inheritdoc/>
    public nn.Module Network => _inner.Network;

    /// <inheritdoc/>
    public string Settings => string.Create(CultureInfo.InvariantCulture,
        $"{_inner.Settings}; further images={_images.Fingerprint}; their weight={Weight}");

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The further images have other classes or another shape than the trainer's.</exception>
    public Tensor Loss(TrainingBatch batch, StepRandom random)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(random);
        if (_images.ClassCount != batch.ClassCount
            || !batch.Images.shape[1..].SequenceEqual([_images.Channels, _images.Height, _images.Width]))
        {
            throw new ArgumentException(
                $"The further images are {_images.Channels}x{_images.Height}x{_images.Width} of {_images.ClassCount} classes, the others " +
                $"{string.Join('x', batch.Images.shape[1..])} of {batch.ClassCount}.", nameof(batch));
        }

        float[] drawn = random.Uniform(1 + batch.Images.shape[0], CPU).data<float>().ToArray();
        if (drawn[0] >= 0.5f)
            return _inner.Loss(batch, random);
        int[] indices = [.. drawn.Skip(1).Select(share => Math.Min(_images.Count - 1, (int)((double)share * _images.Count)))];
        TrainingBatch further = new()
        {
            Images = _images.Images(indices).to(batch.Images.dtype, batch.Images.device),
            Labels = _images.Labels(indices).to(batch.Labels.device),
            ClassCount = batch.ClassCount,
            Indices = indices,
            Step = batch.Step,
            Steps = batch.Steps,
            Epoch = batch.Epoch,
        };
        return _inner.Loss(further, random) * Kept(Weight);
    }
}
