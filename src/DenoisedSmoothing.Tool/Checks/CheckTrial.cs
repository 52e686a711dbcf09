using System.Diagnostics;
using DenoisedSmoothing.Experiments;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Planning;
using DenoisedSmoothing.Statistics;
using TorchSharp;

namespace DenoisedSmoothing.Tool;

/// <summary>A small certification at one noise level: roughly what a large one would give, and what it would cost.</summary>
/// <param name="Sigma">The noise level.</param>
/// <param name="Certificates">One for each image in the trial.</param>
/// <param name="Right">Which of them have the true label.</param>
/// <param name="VotesPerSecond">The rate of votes.</param>
internal sealed record CheckTrial(double Sigma, IReadOnlyList<Certificate> Certificates, bool[] Right, double VotesPerSecond)
{
    /// <summary>The votes of a full certification, as in the paper.</summary>
    public const long WholeN = 100_000, WholeN0 = 100;

    private const long SelectionVotes = 20;

    /// <summary>Certifies the first images of a check.</summary>
    public static CheckTrial Run(CheckMeasurement measurement, double sigma, int count, long n, double alpha,
        CancellationToken cancellationToken)
    {
        IBaseClassifier classifier = Strategies.BaseClassifier(measurement.Models, measurement.Strategy, sigma);
        SmoothingOptions options = new() { Batch = measurement.Batch, Seed = measurement.Seed, Devices = [measurement.Device] };
        SmoothedClassifier smoothed = new([classifier], new GridGaussianNoise(sigma), new CohenCertifier(SelectionVotes, n, alpha),
            options);
        CheckImages images = measurement.Images;
        int[] chosen = [.. Enumerable.Range(0, Math.Min(count, images.Count))
            .Select(i => (int)((long)i * images.Count / Math.Min(count, images.Count)))];
        // The first pass is slower than later ones.
        using (torch.Tensor first = images.Pixels[0].contiguous())
            new SmoothedClassifier([classifier], new GridGaussianNoise(sigma), new CohenCertifier(1, 1), options).Certify(new(first, 0),
                cancellationToken);
        Stopwatch clock = Stopwatch.StartNew();
        List<Certificate> certificates = [];
        foreach (SmoothingOutcome<Certificate> outcome in smoothed.CertifyEach(Read(), cancellationToken: cancellationToken))
            certificates.Add(outcome.Result);
        bool[] right = [.. certificates.Zip(chosen, (certificate, place) => certificate.SelectedLabel == images.Labels[place])];
        return new CheckTrial(sigma, certificates, right, certificates.Sum(static its => its.N0 + its.N) / clock.Elapsed.TotalSeconds);

        IEnumerable<SmoothingImage> Read()
        {
            foreach (int place in chosen)
            {
                using torch.Tensor image = images.Pixels[place].contiguous();
                yield return new SmoothingImage(image, images.Indices[place]);
            }
        }
    }

    public int Images => Certificates.Count;

    /// <summary>Which images are certified correctly at a radius.</summary>
    public bool[] Certified(double radius) =>
        [.. Certificates.Zip(Right, (its, right) => right && !its.Abstained && its.Radius >= radius)];

    /// <summary>
    /// How many a full certification would certify if each label's share of votes were as in the trial: an estimate, not a bound.
    /// </summary>
    public int Expected(double radius, double alpha) => Certificates.Zip(Right, (its, right) =>
    {
        double share = (its.EstimationVotes[its.SelectedLabel] + .5) / (its.N + 1);
        return right && ClopperPearson.Lower((long)(share * WholeN), WholeN, alpha) > SamplePlan.NeededProbability(radius,
            new GaussianRule(Sigma));
    }).Count(static certified => certified);

    /// <summary>The time for one certificate.</summary>
    public TimeSpan TimeOf(long n) => TimeSpan.FromSeconds(Math.Min(1e10, (WholeN0 + n) / VotesPerSecond));
}
