using DenoisedSmoothing.Statistics;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Tool;

/// <summary>A classifier's answers to the images.</summary>
/// <param name="Labels">The answer to each.</param>
/// <param name="Confidence">The softmax of each answer; NaN where scores are not finite.</param>
internal sealed record CheckAnswers(long[] Labels, float[] Confidence)
{
    // A gain that is this unlikely by chance, and large enough to mention.
    private const double Level = .01, LeastGain = .05;

    /// <summary>Asks a classifier, a few images at a time.</summary>
    public static CheckAnswers Ask(IClassifier classifier, Tensor images, int batch, CancellationToken cancellationToken)
    {
        List<long> labels = [];
        List<float> confidence = [];
        for (long start = 0; start < images.shape[0]; start += batch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            Tensor scores = classifier.Classify(images.narrow(0, start, Math.Min(batch, images.shape[0] - start))).to_type(
                ScalarType.Float32);
            labels.AddRange(scores.argmax(1).cpu().data<long>().ToArray());
            confidence.AddRange(scores.softmax(1).amax([1]).cpu().data<float>().ToArray());
        }

        return new CheckAnswers([.. labels], [.. confidence]);
    }

    /// <summary>Which answers are correct.</summary>
    public bool[] Right(IReadOnlyList<int> labels) => [.. Labels.Zip(labels, static (answer, label) => answer == label)];

    /// <summary>Whether one way is correct on more images than another, by more than chance would give and by enough to matter.</summary>
    public static bool IsBetter(IReadOnlyList<bool> one, IReadOnlyList<bool> other)
    {
        int gained = one.Zip(other).Count(static both => both.First && !both.Second);
        int lost = one.Zip(other).Count(static both => both.Second && !both.First);
        return gained - lost >= LeastGain * one.Count && BinomialTest.TwoSided(gained, gained + lost) <= Level;
    }
}
