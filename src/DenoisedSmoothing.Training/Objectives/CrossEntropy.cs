using System.Globalization;
using DenoisedSmoothing.Classification;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training;

/// <summary>Trains a classifier on clean images: the mean cross-entropy.</summary>
public sealed class CrossEntropy : ITrainingObjective
{
    private readonly ModuleClassifier _classifier;

    /// <summary>Trains a classifier's network.</summary>
    /// <param name="classifier">Over a module of weights.</param>
    /// <exception cref="ArgumentException">The classifier's network is not a module with parameters.</exception>
    public CrossEntropy(ModuleClassifier classifier)
    {
        ArgumentNullException.ThrowIfNull(classifier);
        (_classifier, Network) = (classifier, Trainable.Module(classifier.Network, nameof(classifier)));
    }

    /// <summary>Share of the target spread evenly over all classes, in [0,1).</summary>
    /// <value>0.</value>
    public double LabelSmoothing { get; init => field = Trainable.LabelSmoothing(value); }

    /// <inheritdoc/>
    public nn.Module Network { get; }

    /// <inheritdoc/>
    public string Settings => string.Create(CultureInfo.InvariantCulture,
        $"cross-entropy; label smoothing={LabelSmoothing}; {Trainable.InputOf(_classifier)}");

    /// <inheritdoc/>
    public Tensor Loss(TrainingBatch batch, StepRandom random)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return Trainable.CrossEntropy(_classifier.Forward(batch.Images), batch, _classifier.ClassCount, LabelSmoothing);
    }
}
