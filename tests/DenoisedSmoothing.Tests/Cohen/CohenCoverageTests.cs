using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Votes;
using MathNet.Numerics.Distributions;

namespace DenoisedSmoothing.Tests.Cohen;

/// <summary>
/// How often certificates are wrong, in simulations whose truth is known. Each check is run on a doctored certifier too, and must catch it:
/// a check that passes everything shows nothing.
/// </summary>
public class CohenCoverageTests
{
    private const double Alpha = .05;

    private const int Runs = 100_000;

    /// <summary>Enough for a doctored certifier to be found out.</summary>
    private const int FewRuns = 5_000;

    [Fact]
    public void Certify_two_classes_on_the_threshold_is_wrong_no_more_often_than_alpha()
    {
        long wrong = WrongOnTheThreshold(new CohenCertifier(n0: 500, n: 500, Alpha), Runs, reuseSelection: false);

        Sound(wrong, Runs).Should().BeTrue("{0} of {1} certificates were wrong", wrong, Runs);
        wrong.Should().BeGreaterThan((long)(.045 * Runs), "the test should not be so wasteful that the check has no power");
    }

    [Fact]
    public void Certify_at_ten_times_alpha_is_caught()
    {
        long wrong = WrongOnTheThreshold(new CohenCertifier(n0: 500, n: 500, 10 * Alpha), FewRuns, reuseSelection: false);

        Sound(wrong, FewRuns).Should().BeFalse("{0} of {1} certificates were wrong", wrong, FewRuns);
    }

    [Fact]
    public void Certify_from_the_selection_votes_is_caught()
    {
        long wrong = WrongOnTheThreshold(new CohenCertifier(n0: 500, n: 500, Alpha), FewRuns, reuseSelection: true);

        Sound(wrong, FewRuns).Should().BeFalse("{0} of {1} certificates were wrong", wrong, FewRuns);
    }

    [Fact]
    public void Certify_linear_classifier_exceeds_its_exact_radius_no_more_often_than_alpha()
    {
        long wrong = WrongOnALinearClassifier(Alpha, Runs);

        Sound(wrong, Runs).Should().BeTrue("{0} of {1} radii were too large", wrong, Runs);
        wrong.Should().BeGreaterThan((long)(.03 * Runs), "the test should not be so wasteful that the check has no power");
    }

    [Fact]
    public void Certify_linear_classifier_at_ten_times_alpha_is_caught()
    {
        long wrong = WrongOnALinearClassifier(10 * Alpha, FewRuns);

        Sound(wrong, FewRuns).Should().BeFalse("{0} of {1} radii were too large", wrong, FewRuns);
    }

    [Fact]
    public void Predict_is_wrong_no_more_often_than_alpha()
    {
        // Two classes; label 1 has the smallest lead there is, so every answer 0 is wrong.
        CohenCertifier certifier = new(alpha: Alpha, predictN: 500);
        BinomialSampler votes = new(500, .4999);
        Random random = new(41);
        long wrong = 0;
        for (int run = 0; run < Runs; run++)
        {
            long zero = votes.Draw(random);
            IVoteTest<Prediction> test = certifier.Predict(2);
            test.Observe(new VoteCounts(zero, 500 - zero));
            wrong += test.Result.Label == 0 ? 1 : 0;
        }

        Sound(wrong, Runs).Should().BeTrue("{0} of {1} predictions were wrong", wrong, Runs);
    }

    /// <summary>Two classes of probability 1/2 each: whichever label is selected, any certificate is wrong.</summary>
    private static long WrongOnTheThreshold(CohenCertifier certifier, int runs, bool reuseSelection)
    {
        BinomialSampler votes = new((int)certifier.N, .5);
        Random random = new(40);
        long wrong = 0;
        for (int run = 0; run < runs; run++)
        {
            VoteCounts selection = Draw(votes, certifier.N, random);
            VoteCounts estimation = reuseSelection ? selection : Draw(votes, certifier.N, random);
            wrong += Certify(certifier, sigma: .5, selection, estimation).Abstained ? 0 : 1;
        }

        return wrong;
    }

    /// <summary>
    /// f(x) = sign(w.x + b) under noise sigma: pA = Phi(d / sigma) at distance d = |w.x + b| / ||w|| from the plane, and the smoothed
    /// classifier is f itself, so d is its exact radius (Cohen et al. 2019, appendix B).
    /// </summary>
    private static long WrongOnALinearClassifier(double alpha, int runs)
    {
        const double sigma = .25;
        const int n = 1000, n0 = 100, places = 20;
        CohenCertifier certifier = new(n0, n, alpha);
        Random random = new(42);
        long wrong = 0;
        for (int place = 0; place < places; place++)
        {
            (double margin, double exactRadius) = PointAndPlane(random);
            double pA = Normal.CDF(0, 1, exactRadius / sigma);
            int label = margin > 0 ? 1 : 0;
            BinomialSampler selection = new(n0, pA), estimation = new(n, pA);
            for (int run = 0; run < runs / places; run++)
            {
                VoteCounts selected = Votes(selection.Draw(random), n0, label), estimated = Votes(estimation.Draw(random), n, label);
                Certificate certificate = Certify(certifier, sigma, selected, estimated);
                bool tooFar = certificate.Label == label ? certificate.Radius > exactRadius : !certificate.Abstained;
                wrong += tooFar ? 1 : 0;
            }
        }

        return wrong;
    }

    /// <summary>A random plane in ten dimensions and a point whose distance from it is between 0.02 and 0.5.</summary>
    private static (double Margin, double Distance) PointAndPlane(Random random)
    {
        while (true)
        {
            double[] w = [.. Enumerable.Range(0, 10).Select(_ => random.NextDouble() - .5)];
            double[] x = [.. w.Select(_ => random.NextDouble())];
            double margin = w.Zip(x, (a, b) => a * b).Sum() + (random.NextDouble() - .5);
            double distance = Math.Abs(margin) / Math.Sqrt(w.Sum(a => a * a));
            if (distance is > .02 and < .5)
                return (margin, distance);
        }
    }

    private static bool Sound(long wrong, long runs) => Coverage.IsPlausible(wrong, runs, Alpha);

    private static Certificate Certify(CohenCertifier certifier, double sigma, VoteCounts selection, VoteCounts estimation)
    {
        IVoteTest<Certificate> test = certifier.Certify(2, sigma);
        test.Observe(selection);
        test.Observe(estimation);
        return test.Result;
    }

    private static VoteCounts Draw(BinomialSampler votes, long n, Random random)
    {
        long zero = votes.Draw(random);
        return new VoteCounts(zero, n - zero);
    }

    private static VoteCounts Votes(long count, long total, int label) =>
        label == 0 ? new VoteCounts(count, total - count) : new VoteCounts(total - count, count);
}
