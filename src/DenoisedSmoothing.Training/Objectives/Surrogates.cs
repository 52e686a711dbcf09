using DenoisedSmoothing.Classification;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training;

/// <summary>Classifiers in front of which a denoiser is trained; they take turns.</summary>
internal sealed class Surrogates
{
    private readonly IClassifier[] _classifiers;

    public Surrogates(IReadOnlyList<IClassifier> classifiers)
    {
        ArgumentNullException.ThrowIfNull(classifiers);
        if (classifiers.Count == 0 || classifiers.Any(its => its is null || its.ClassCount != classifiers[0].ClassCount))
            throw new ArgumentException("A denoiser is trained in front of one classifier or more, all with the same ClassCount.",
                nameof(classifiers));
        _classifiers = [.. classifiers];
        // Their gradients would be computed at every step but never used.
        foreach (nn.Module module in classifiers.OfType<ModuleClassifier>().Select(its => its.Network).OfType<nn.Module>())
        {
            module.eval();
            foreach (Tensor parameter in module.parameters())
                parameter.requires_grad_(false);
        }
    }

    /// <summary>What they are, as part of <see cref="ITrainingObjective.Settings"/>.</summary>
    public string Settings => string.Join(" and ", _classifiers.Select(its => PartInfo.Of(its).Fingerprint.Replace("; ", ";",
        StringComparison.Ordinal)));

    /// <summary>The classifier of a step.</summary>
    public IClassifier Of(TrainingBatch batch) => _classifiers[batch.Step % _classifiers.Length];

    /// <summary>Refuses logits without gradients, with which a denoiser cannot be trained.</summary>
    public static Tensor WithGradients(Tensor logits) => logits.requires_grad ? logits : throw new NotSupportedException(
        "This classifier gives no gradients (an ONNX model, or one that gives labels): a denoiser is trained in front of weights.");
}
