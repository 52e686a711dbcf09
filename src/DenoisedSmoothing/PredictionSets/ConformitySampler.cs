using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Sampling;
using DenoisedSmoothing.Votes;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.PredictionSets;

/// <summary>
/// Scores one noisy copy of each image: the one function whose scores a calibration and requests compare. Passes are made one at a time.
/// </summary>
/// <param name="classifier">The base classifier.</param>
/// <param name="noise">The smoothing noise.</param>
/// <param name="score">The conformity score.</param>
/// <param name="batch">Rows in every pass; rows without an image repeat the first.</param>
/// <param name="device">Where the base classifier computes.</param>
internal sealed class ConformitySampler(
    IBaseClassifier classifier, GridGaussianNoise noise, IConformityScore score, int batch, Device device)
{
    private readonly Lock _gate = new();

    /// <summary>Scores by image and class; NaN throughout where the base classifier's are not finite.</summary>
    /// <param name="images">At least one and at most as many as rows, all of one shape.</param>
    /// <param name="phase">Calibration and requests have separate draws.</param>
    /// <param name="cancellationToken">For the denoiser, between its steps.</param>
    public double[][] Score(IReadOnlyList<ReadImage> images, VotePhase phase, CancellationToken cancellationToken)
    {
        double[] logits;
        lock (_gate)
        {
            logits = device.type == DeviceType.CPU || DeviceThread.IsCurrent
                ? Logits(images, phase, cancellationToken)
                : DeviceThread.Of(device).Run(() => Logits(images, phase, cancellationToken)).GetAwaiter().GetResult();
        }

        int classes = classifier.ClassCount;
        return [.. images.Select((image, row) => Conformity(image, phase, logits.AsSpan(row * classes, classes)))];
    }

    /// <summary>The draw for scores that take one: the words after those of the image's noise, from a sample that no request has.</summary>
    internal static double Uniform(ReadImage image, VotePhase phase)
    {
        (uint low, uint high, _, _) = Philox.Block(new NoiseCoordinate(0, image.Index, phase, 1).Counter, image.Seed);
        return (((ulong)high << 32 | low) >> 11) * (1.0 / (1L << 53));
    }

    private double[] Conformity(ReadImage image, VotePhase phase, Span<double> logits)
    {
        double[] scores = new double[logits.Length];
        double highest = double.NegativeInfinity, sum = 0;
        foreach (double logit in logits)
        {
            if (!double.IsFinite(logit))
            {
                Array.Fill(scores, double.NaN);
                return scores;
            }

            highest = Math.Max(highest, logit);
        }

        foreach (ref double logit in logits)
            sum += logit = Math.Exp(logit - highest);
        foreach (ref double probability in logits)
            probability /= sum;
        score.Score(logits, Uniform(image, phase), scores);
        return scores;
    }

    private double[] Logits(IReadOnlyList<ReadImage> images, VotePhase phase, CancellationToken cancellationToken)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        Tensor noisy = Rows((image, values) => noise.AddTo(image.Seed, At(image), image.Values, values));
        NoiseContext context = new(noise.Level.Certified, stream =>
            Rows((image, values) => GaussianNoise.Fill(image.Seed, At(image) with { Stream = stream }, values)))
        {
            CancellationToken = cancellationToken,
        };
        using Tensor scores = classifier.Score(noisy, context); // ours, whatever scope it is in
        ClassifierScores.CheckShape(scores, batch, classifier.ClassCount);
        return scores.to(ScalarType.Float64).cpu().data<double>().ToArray();

        NoiseCoordinate At(ReadImage image) => new(0, image.Index, phase, 0);

        Tensor Rows(FillRow fill)
        {
            int length = images[0].Values.Length;
            float[] rows = new float[batch * length];
            PlainParallel.For(batch, row =>
                fill(images[row < images.Count ? row : 0], rows.AsSpan(row * length, length)));
            return tensor(rows, [batch, .. images[0].Shape]).to(device);
        }
    }

    private delegate void FillRow(ReadImage image, Span<float> values);
}
