using System.Globalization;
using DenoisedSmoothing.Classification;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training;

/// <summary>What objectives require of their parts, in one place.</summary>
internal static class Trainable
{
    /// <summary>The network as a module of weights.</summary>
    public static nn.Module Module(object network, string argument) => network is nn.Module module && module.parameters().Any()
        ? module
        : throw new ArgumentException("Only a module with parameters can be trained: load it from weights.", argument);

    /// <summary>What a classifier does to images before its network, as part of <see cref="ITrainingObjective.Settings"/>.</summary>
    public static string InputOf(ModuleClassifier classifier) => string.Create(CultureInfo.InvariantCulture,
        $"normalization={classifier.Normalization?.ToString() ?? "none"}; " +
        $"resized to={(classifier.ResizeTo is { } size ? $"{size.Height}x{size.Width}" : "nothing")}");

    /// <summary>Checks a noise level, which the denoiser, if there is one, must be able to handle.</summary>
    public static double Sigma(double sigma, IDenoiser? denoiser = null)
    {
        Require.Sigma(sigma);
        if (denoiser is not null && PartInfo.Of(denoiser).LargestSigma is var largest && sigma > largest)
        {
            throw new ArgumentOutOfRangeException(nameof(sigma), sigma, string.Create(CultureInfo.InvariantCulture,
                $"Sigma is beyond the denoiser's noisiest timestep, which is sigma {largest:G6}."));
        }

        return sigma;
    }

    /// <summary>A weight for a part of a loss.</summary>
    public static double Weight(double weight, string name) => weight >= 0 && double.IsFinite(weight)
        ? weight
        : throw new ArgumentOutOfRangeException(name, weight, $"{name} must be finite and at least 0.");

    /// <summary>A whole number with a lower bound.</summary>
    public static T AtLeast<T>(T least, T value, string name) where T : struct, IComparable<T> => value.CompareTo(least) >= 0
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} must be at least {least}.");

    /// <summary>A finite number above 0.</summary>
    public static double Positive(double value, string name) => value > 0 && double.IsFinite(value)
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} must be finite and above 0.");

    /// <summary>A share of label smoothing.</summary>
    public static double LabelSmoothing(double share) => share is >= 0 and < 1
        ? share
        : throw new ArgumentOutOfRangeException(nameof(LabelSmoothing), share, "LabelSmoothing must be in [0,1).");

    /// <summary>Does something with a network in evaluation mode, then restores its mode.</summary>
    public static T InEvaluation<T>(nn.Module network, Func<T> act)
    {
        bool training = network.training;
        network.eval();
        try
        {
            return act();
        }
        finally
        {
            network.train(training);
        }
    }

    /// <summary>Refuses labels that the classifier does not have.</summary>
    public static void RequireClasses(TrainingBatch batch, int classCount)
    {
        if (batch.ClassCount > classCount)
            throw new ArgumentException($"The images have {batch.ClassCount} classes, the classifier {classCount}.", nameof(batch));
    }

    /// <summary>The mean cross-entropy over all rows.</summary>
    /// <param name="logits">[m B, K]: a multiple of the batch, one draw of all images after another.</param>
    /// <param name="batch">The labels, [B].</param>
    /// <param name="classCount">K.</param>
    /// <param name="labelSmoothing">Share of the target spread evenly over all classes.</param>
    public static Tensor CrossEntropy(Tensor logits, TrainingBatch batch, int classCount, double labelSmoothing = 0)
    {
        RequireClasses(batch, classCount);
        long draws = logits.shape[0] / batch.Labels.shape[0];
        return nn.functional.cross_entropy(logits, draws == 1 ? batch.Labels : batch.Labels.repeat(draws), label_smoothing: labelSmoothing);
    }

    /// <summary>Fresh noise: a tensor with the images' shape for each draw.</summary>
    public static IReadOnlyList<Tensor> Noise(Tensor images, double sigma, int draws, StepRandom random) =>
        [.. Enumerable.Range(0, draws).Select(_ => random.Normal(images).mul(Kept(sigma)))];

    /// <summary>Noisy copies, unclipped: float [m B,C,H,W], all images with the first draw, then all with the second.</summary>
    public static Tensor Noisy(Tensor images, IReadOnlyList<Tensor> noise) => cat([.. noise.Select(draw => images.Plus(draw))], 0);
}
