using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests;

/// <summary>
/// Rows without finite scores vote for no class and count in n. An error is raised only where most of the first votes are missed, which the
/// bound is not made of: even a caller who tries again after every error is wrong no more often than alpha.
/// </summary>
public class SmoothedClassifierMissedVotesTests
{
    private const double Alpha = .05, Sigma = .25;
    private const int N0 = 9, N = 60, Runs = 20_000;

    [Theory]
    [InlineData(50)] // a quarter of the rows is missed
    [InlineData(38)] // nearly half is, and two calls in five end with the error
    public void Certify_again_after_every_error_exceeds_alpha_no_more_often(int votes)
    {
        (List<Certificate> certificates, double p, int errors) = Certify(votes);
        long wrong = certificates.Count(certificate => !certificate.Abstained && certificate.PALower > p);

        Coverage.IsPlausible(wrong, certificates.Count, Alpha).Should()
            .BeTrue("{0} of {1} bounds were too large", wrong, certificates.Count);
        wrong.Should().BeGreaterThan((long)(.03 * certificates.Count), "the test should not be so wasteful that the check has no power");
        certificates.Should().OnlyContain(certificate => certificate.N == N && certificate.EstimationVotes[0] == 0);
        certificates.Sum(certificate => certificate.EstimationVotes.Missed).Should()
            .BeCloseTo((long)((1 - p) * N * certificates.Count), (ulong)(N * certificates.Count / 100));
        if (votes == 38)
            errors.Should().BeInRange(Runs / 4, Runs / 2);
    }

    [Fact]
    public void Certify_again_after_missed_votes_of_the_bound_would_be_caught()
    {
        // What an error on the estimation's misses amounts to.
        (List<Certificate> certificates, double p, _) = Certify(votes: 38);
        Certificate[] kept = [.. certificates.Where(certificate => certificate.EstimationVotes.Missed <= .45 * N)];
        long wrong = kept.Count(certificate => !certificate.Abstained && certificate.PALower > p);
        Coverage.IsPlausible(wrong, kept.Length, Alpha).Should().BeFalse("{0} of {1} bounds were too large", wrong, kept.Length);
    }

    [Fact]
    public void Certify_without_the_missed_votes_would_be_caught()
    {
        (List<Certificate> certificates, double p, _) = Certify(votes: 50);
        long wrong = certificates.Count(certificate =>
            ClopperPearson.Lower(certificate.EstimationVotes[1], certificate.N - certificate.EstimationVotes.Missed, Alpha) > p);
        Coverage.IsPlausible(wrong, certificates.Count, Alpha).Should().BeFalse();
    }

    [Fact]
    public void Predict_with_missed_votes_counts_them_and_leaves_the_others_as_they_are()
    {
        using Tensor image = full([1, 1, 1], .5f);
        SmoothedClassifier smoothed = new([Missing(.8)], Sigma, new CohenCertifier(predictN: 400), new SmoothingOptions
        {
            Batch = 64,
            PredictSeed = 1,
        });
        Prediction prediction = smoothed.Predict(image);
        prediction.Label.Should().Be(1);
        prediction.N.Should().Be(400);
        prediction.Votes.Missed.Should().BeInRange(50, 110);
        prediction.PValue.Should().Be(BinomialTest.TwoSided(prediction.Votes[1], prediction.Votes[1]));
    }

    [Fact]
    public void Sequential_certifier_counts_missed_votes_against_the_label()
    {
        using Tensor image = full([1, 1, 1], .5f);
        SequentialCertifier certifier = new(new SequentialOptions { Budget = 2000 });
        Certificate certificate = new SmoothedClassifier([Missing(.8)], Sigma, certifier, new SmoothingOptions
        {
            Batch = 64,
            Seed = 1,
        }).Certify(image);
        certificate.EstimationVotes.Missed.Should().BeGreaterThan(0);
        certificate.PALower.Should().Be(certifier.LowerBound(certificate.EstimationVotes[1], certificate.N, certificate.Sigma))
            .And.BeLessThan(.8);
    }

    /// <summary>
    /// Certificates where a bound from so many of N votes errs nearly as often as alpha allows, and how many calls ended with the error.
    /// </summary>
    private static (List<Certificate> Certificates, double P, int Errors) Certify(int votes)
    {
        using Tensor image = full([1, 1, 1], .5f);
        double p = ClopperPearson.Lower(votes, N, Alpha) - 1e-6;
        SmoothedClassifier smoothed = new([Missing(p)], Sigma, new CohenCertifier(N0, N, Alpha), new SmoothingOptions
        {
            Batch = 8192,
            Seed = 7,
        });
        List<Certificate> certificates = [];
        int errors = 0;
        foreach (SmoothingOutcome<Certificate> outcome in smoothed.CertifyEach(Enumerable.Range(0, Runs)
            .Select(i => new SmoothingImage(image, i))))
        {
            if (outcome.Error is null)
                certificates.Add(outcome.Result);
            else
                errors += outcome.Error.Message.Contains("NaN or infinite scores", StringComparison.Ordinal) ? 1 : throw outcome.Error;
        }

        return (certificates, p, errors);
    }

    /// <summary>Votes for class 1 with probability p, and has no finite scores else.</summary>
    private static FakeClassifier Missing(double p)
    {
        float edge = (float)(.5 + (Sigma * MathNet.Numerics.Distributions.Normal.InvCDF(0, 1, p)));
        return new FakeClassifier(2, noisy =>
        {
            using Tensor z = noisy.flatten(1).select(1, 0), zero = zeros_like(z), one = ones_like(z), score =
                one.masked_fill(z.gt(edge), float.NaN);
            return stack([zero, score], 1);
        });
    }
}
