using System.Globalization;
using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Votes;
using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace DenoisedSmoothing.Tests.Multiclass;

public class MulticlassCertifierTests
{
    private const double Sigma = .5;

    [Fact]
    public void Certify_bounds_are_Clopper_Pearsons_at_their_shares_of_alpha()
    {
        Certificate certificate = Run(new MulticlassCertifier(10, 1000), [480, 300, 200, 20]);

        certificate.PALower.Should().Be(ClopperPearson.Lower(480, 1000, .0005));
        certificate.PBUpper.Should().BeApproximately(ClopperPearson.Upper(300, 1000, .001 / 6), 1e-12);
        certificate.Radius.Should().BeApproximately(
            Sigma / 2 * (Normal.InvCDF(0, 1, certificate.PALower) - Normal.InvCDF(0, 1, certificate.PBUpper)), 1e-12);
        (certificate.Label, certificate.SelectedLabel, certificate.Alpha, certificate.Method.ToString()).Should()
            .Be((0, 0, .001, "multiclass n0=10 n=1000 alpha=0.001 predict=1000 version=1"));
    }

    [Fact]
    public void Certify_label_with_less_than_half_of_the_votes_where_Cohens_certifier_abstains()
    {
        long[] votes = [450, 250, 200, 100];
        Certificate ours = Run(new MulticlassCertifier(10, 1000), votes), cohens = Run(new CohenCertifier(10, 1000), votes);

        cohens.Abstained.Should().BeTrue();
        ours.Label.Should().Be(0);
        ours.PALower.Should().BeLessThan(.5);
        ours.Radius.Should().BeGreaterThan(.1 * Sigma);
    }

    [Fact]
    public void Certify_loses_at_most_half_of_alpha_to_Cohens_certifier()
    {
        VoteDraws draws = new(8);
        MulticlassCertifier ours = new(10, 1000);
        CohenCertifier atHalf = new(10, 1000, .0005);
        for (int run = 0; run < 500; run++)
        {
            double p = draws.Uniform();
            VoteCounts votes = draws.Draw(1000, [p, .6 * (1 - p), .3 * (1 - p), .1 * (1 - p)]);
            Certificate certificate = Run(ours, votes.AsSpan().ToArray()), cohens = Run(atHalf, votes.AsSpan().ToArray());

            certificate.PALower.Should().Be(cohens.PALower);
            certificate.Radius.Should().BeGreaterThanOrEqualTo(cohens.Radius * (1 - 1e-12));
        }
    }

    [Fact]
    public void Certify_two_classes_is_Cohens_certifier_at_half_of_alpha() =>
        Run(new MulticlassCertifier(10, 1000), [900, 100]).Radius.Should()
            .BeApproximately(Run(new CohenCertifier(10, 1000, .0005), [900, 100]).Radius, 1e-12);

    [Fact]
    public void Certify_keeps_the_label_of_the_selection()
    {
        IVoteTest<Certificate> test = new MulticlassCertifier(10, 1000).Certify(3, Sigma);
        test.Next.Should().Be(new VoteRequest(VotePhase.Selection, 10));
        test.Observe(new VoteCounts(6, 4, 0));
        test.Next.Should().Be(new VoteRequest(VotePhase.Estimation, 1000));
        test.Observe(new VoteCounts(0, 1000, 0));

        (test.Result.Label, test.Result.SelectedLabel, test.Result.Radius, test.Result.PBUpper).Should().Be((null, 0, 0, 1));
    }

    /// <summary>Every outcome of 40 votes on three classes, weighted by its probability: no simulation.</summary>
    [Theory]
    [InlineData(.05)]
    [InlineData(.5)]
    public void Certify_three_classes_is_wrong_with_at_most_alpha_exactly(double alpha)
    {
        const int n = 40;
        MulticlassCertifier certifier = new(10, n, alpha);
        double largest = 0;
        foreach (double[] p in (double[][])[[.5, .5, 0], [.5, .4999, .0001], [.34, .33, .33], [.333, .3335, .3335], [.45, .45, .1],
            [.4, .45, .15], [.6, .2, .2], [.6, .4, 0], [.48, .26, .26], [.9, .1, 0], [.2, .4, .4]])
            largest = Math.Max(largest, WrongExactly(certifier, n, p));

        largest.Should().BeLessThanOrEqualTo(alpha * (1 + 1e-9)).And.BeGreaterThan(alpha / 10, "bounds should not be wasted");
    }

    [Fact]
    public void Certify_three_classes_at_ten_times_alpha_is_caught() =>
        WrongExactly(new MulticlassCertifier(10, 40, .5), 40, [.5, .5, 0]).Should().BeGreaterThan(.05);

    [Theory]
    [InlineData(new[] { .5, .5, 0, 0, 0, 0 })]
    [InlineData(new[] { .3, .3, .1, .1, .1, .1 })]
    [InlineData(new[] { .4, .3, .1, .1, .05, .05 })]
    [InlineData(new[] { .25, .15, .15, .15, .15, .15 })]
    public void Certify_claims_too_much_in_no_more_than_alpha_of_runs(double[] probabilities)
    {
        const double alpha = .05;
        const int runs = 20_000;
        MulticlassCertifier certifier = new(20, 300, alpha);
        VoteDraws votes = new(9);
        long wrong = 0;
        for (int run = 0; run < runs; run++)
            wrong += ClaimsTooMuch(votes.Run(certifier.Certify(probabilities.Length, Sigma), probabilities), probabilities) ? 1 : 0;

        Coverage.IsPlausible(wrong, runs, alpha).Should().BeTrue("{0} of {1} certificates claimed too much", wrong, runs);
    }

    [Fact]
    public void Warnings_of_an_n_too_small_for_the_labels_share_of_alpha_say_what_is_enough()
    {
        new MulticlassCertifier(n: 10).Warnings(3).Should().Equal(
            "Every certification will abstain: even 10 of 10 votes do not show, at alpha = 0.001, that a label has more than half. "
            + "Set n to at least 11, and far higher for useful radii, or raise alpha.");
        Run(new MulticlassCertifier(10, 10), [10, 0, 0]).Abstained.Should().BeTrue();
        Run(new MulticlassCertifier(10, 11), [11, 0, 0]).Abstained.Should().BeFalse();
        new MulticlassCertifier(n: 11).Warnings(3).Should().BeEmpty();
    }

    [Fact]
    public void Predict_is_Cohens()
    {
        IVoteTest<Prediction> test = new MulticlassCertifier(predictN: 100).Predict(2);
        test.Observe(new VoteCounts(80, 20));

        (test.Result.Label, test.Result.PValue).Should().Be((0, BinomialTest.TwoSided(80, 100)));
    }

    [Theory]
    [InlineData(0, 1, .1, 1, "n0")]
    [InlineData(1, 0, .1, 1, "n")]
    [InlineData(1, 1, 1e-91, 1, "alpha")]
    [InlineData(1, 1, 1, 1, "alpha")]
    [InlineData(1, 1, double.NaN, 1, "alpha")]
    [InlineData(1, 1, .1, 0, "predictN")]
    public void Constructor_out_of_range_says_which_argument(long n0, long n, double alpha, long predictN, string name) =>
        FluentActions.Invoking(() => new MulticlassCertifier(n0, n, alpha, predictN))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName(name);

    [Fact]
    public void Method_is_the_same_in_any_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("de-DE");
            new MulticlassCertifier().Method.ToString().Should().Be("multiclass n0=100 n=100000 alpha=0.001 predict=1000 version=1");
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    /// <summary>
    /// Theorem 1 of Cohen et al. 2019 at the true probabilities: a larger radius than that is too much, any at all for a label that does
    /// not lead.
    /// </summary>
    private static bool ClaimsTooMuch(Certificate certificate, double[] p)
    {
        if (certificate.Label is not { } label)
            return false;
        double rival = p.Where((_, i) => i != label).Max();
        return p[label] <= rival || certificate.Radius > Sigma / 2 * (Normal.InvCDF(0, 1, p[label]) - Normal.InvCDF(0, 1, rival));
    }

    private static double WrongExactly(MulticlassCertifier certifier, int n, double[] p)
    {
        double wrong = 0;
        for (int a = 0; a <= n; a++)
        {
            for (int b = 0; a + b <= n; b++)
            {
                int c = n - a - b;
                if (ClaimsTooMuch(Run(certifier, [a, b, c]), p))
                    wrong += Math.Exp(SpecialFunctions.FactorialLn(n) - SpecialFunctions.FactorialLn(a) - SpecialFunctions.FactorialLn(
                        b) - SpecialFunctions.FactorialLn(c)) * Math.Pow(p[0], a) * Math.Pow(p[1], b) * Math.Pow(p[2], c);
            }
        }

        return wrong;
    }

    /// <summary>With label 0 selected.</summary>
    private static Certificate Run(ICertifier certifier, long[] votes)
    {
        IVoteTest<Certificate> test = certifier.Certify(votes.Length, Sigma);
        long[] selection = new long[votes.Length];
        selection[0] = test.Next!.Value.Count;
        test.Observe(new VoteCounts(selection));
        test.Observe(new VoteCounts(votes));
        return test.Result;
    }
}
