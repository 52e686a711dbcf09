using System.Globalization;
using System.Text.Json;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Planning;
using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Tests.Sequential;

public class SequentialCertifierTests
{
    private static readonly SequentialCertifier Targets = new(new SequentialOptions { TargetRadii = [.25, .5] });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Certify_votes_that_turn_against_the_selected_label_certify_nothing(bool open)
    {
        SequentialCertifier certifier = new(new SequentialOptions { TargetRadii = open ? [] : [.25, .5], Budget = 2000 });
        IVoteTest<Certificate> test = certifier.Certify(3, sigma: 1);
        while (test.Next is { } want)
            test.Observe(want.Phase == VotePhase.Selection ? new VoteCounts(want.Count, 0, 0) : new VoteCounts(0, want.Count, 0));

        (test.Result.Label, test.Result.SelectedLabel, test.Result.PALower, test.Result.Radius).Should().Be((null, 0, 0, 0));
    }

    [Fact]
    public void LowerBound_golden_bounds_of_25_digits_is_close()
    {
        // tests/Goldens/statistics_sequential.py: the definitions, in 50 digits of mpmath.
        Dictionary<string, SequentialCertifier> certifiers = [];
        using JsonDocument golden = Golden.Json("statistics_sequential.json");
        foreach (JsonElement row in golden.RootElement.GetProperty("bounds").EnumerateArray())
        {
            double[] radii = [.. row.GetProperty("radii").EnumerateArray().Select(r => r.GetDouble())];
            SequentialOptions options = new()
            {
                TargetRadii = radii,
                Alpha = row.GetProperty("alpha").GetDouble(),
                Budget = row.GetProperty("budget").GetInt64(),
            };
            string key = new SequentialCertifier(options).Method.ToString();
            if (!certifiers.TryGetValue(key, out SequentialCertifier? certifier))
                certifiers[key] = certifier = new SequentialCertifier(options);
            double bound = certifier.LowerBound(row.GetProperty("k").GetInt64(), row.GetProperty("n").GetInt64(), row.GetProperty("sigma")
                .GetDouble());

            bound.Should().BeApproximately(double.Parse(row.GetProperty("bound").GetString()!, CultureInfo.InvariantCulture), 1e-9, "{0}",
                row);
        }
    }

    [Theory]
    [InlineData(new double[0], .25)]
    [InlineData(new[] { .25, .5 }, .25)]
    [InlineData(new[] { .5, 1, 1.5, 2 }, 1)]
    public void Certify_carries_the_bound_that_LowerBound_recomputes_from_the_final_counts(double[] radii, double sigma)
    {
        SequentialCertifier certifier = new(new SequentialOptions { TargetRadii = radii, Budget = 5000 });
        VoteDraws votes = new(5);
        int certified = 0;
        for (int run = 0; run < 200; run++)
        {
            double p = votes.Uniform();
            Certificate certificate = votes.Run(certifier.Certify(3, sigma), [p, .7 * (1 - p), .3 * (1 - p)]);

            certificate.PALower.Should()
                .Be(certifier.LowerBound(certificate.EstimationVotes[certificate.SelectedLabel], certificate.N, sigma));
            certificate.Abstained.Should().Be(certificate.PALower <= .5);
            certificate.Radius.Should().Be(certificate.Abstained ? 0 : CertifiedRadius.FromBound(certificate.PALower, sigma));
            certificate.PBUpper.Should().Be(1 - certificate.PALower);
            certificate.SelectedLabel.Should().Be(certificate.SelectionVotes.Top);
            (certificate.N0, certificate.Alpha, certificate.Sigma, certificate.Method).Should()
                .Be((certifier.N0, .001, sigma, certifier.Method));
            certificate.N.Should().BeLessThanOrEqualTo(5000);
            certified += certificate.Abstained ? 0 : 1;
        }

        certified.Should().BeInRange(20, 180);
    }

    [Fact]
    public void Certify_wants_selection_then_growing_looks_up_to_the_budget()
    {
        SequentialCertifier certifier = new(new SequentialOptions { TargetRadii = [.5], Budget = 3000 });
        IVoteTest<Certificate> test = certifier.Certify(2, .5);
        test.Next.Should().Be(new VoteRequest(VotePhase.Selection, 20));
        test.Observe(new VoteCounts(20, 0));

        // .8413, just what the radius needs: never certified, given up only when the votes run out.
        long n = 0, k = 0;
        while (test.Next is { } want)
        {
            want.Phase.Should().Be(VotePhase.Estimation);
            n += want.Count;
            long hits = (long)Math.Round(n * .8413) - k;
            k += hits;
            test.Observe(new VoteCounts(hits, want.Count - hits));
        }

        n.Should().BeLessThanOrEqualTo(3000);
        test.Result.N.Should().Be(n);
        test.Result.Radius.Should().BeLessThan(.5);
        test.Invoking(t => t.Observe(new VoteCounts(1, 0))).Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public void Certify_unanimous_votes_certify_a_target_at_the_first_look_that_can()
    {
        Certificate certificate = Run(Targets, .5, (want, _) => new VoteCounts(want, 0));

        certificate.Radius.Should().BeGreaterThanOrEqualTo(.5);
        certificate.N.Should().BeLessThan(80, "log(1000)/-log(.8413) is 40, and the evidence is spread over alternatives");
        Targets.LowerBound(certificate.N - 1, certificate.N - 1, .5).Should()
            .BeLessThan(SamplePlan.NeededProbability(.5, new GaussianRule(.5)));
    }

    [Fact]
    public void Certify_hopeless_label_is_given_up_early()
    {
        Certificate certificate = Run(Targets, .5, (want, selection) => selection
            ? new VoteCounts(want, 0)
            : new VoteCounts(want / 2, want - (want / 2)));

        certificate.Abstained.Should().BeTrue();
        certificate.N.Should().BeLessThan(300);
    }

    [Fact]
    public void Certify_with_targets_claims_no_more_than_the_largest_and_no_less_than_the_ones_it_reached()
    {
        SequentialCertifier certifier = new(new SequentialOptions { TargetRadii = [.25, 1.5] });
        VoteDraws votes = new(6);
        for (int run = 0; run < 50; run++)
        {
            Certificate certificate = votes.Run(certifier.Certify(2, .5), [.9, .1]);

            certificate.Radius.Should().BeInRange(.25, .5 * 1.2816, "the first radius is easy at .9, the second out of reach");
        }
    }

    [Fact]
    public void Certify_open_spends_votes_where_they_add_radius()
    {
        SequentialCertifier coarse = new(new SequentialOptions
        {
            RadiusGain = .05,
        }), fine = new(new SequentialOptions { RadiusGain = .002 });
        VoteDraws votes = new(7);
        Certificate first = votes.Run(coarse.Certify(2, .5), [.95, .05]), second = votes.Run(fine.Certify(2, .5), [.95, .05]);

        first.N.Should().BeLessThan(second.N);
        first.Radius.Should().BeLessThan(second.Radius).And.BeGreaterThan(.6);
        second.Radius.Should().BeLessThan(.5 * 1.6449);
    }

    [Fact]
    public void LargestRadius_is_what_unanimous_votes_reach_and_close_below_Cohens()
    {
        SequentialCertifier certifier = new();
        double largest = certifier.LargestRadius(.5);

        largest.Should().Be(CertifiedRadius.FromBound(certifier.LowerBound(100_000, 100_000, .5), .5));
        largest.Should().BeInRange(.9 * CertifiedRadius.Largest(100_000, .001, .5), CertifiedRadius.Largest(100_000, .001, .5));
    }

    [Fact]
    public void LowerBound_grows_with_successes_and_shrinks_with_failures()
    {
        SequentialCertifier open = new(new SequentialOptions { Budget = 2000 });
        double before = 0;
        for (long k = 400; k <= 1000; k += 5)
        {
            double bound = open.LowerBound(k, 1000, 1);
            bound.Should().BeGreaterThanOrEqualTo(before).And.BeLessThan(Math.Max(k / 1000.0, 1e-9));
            open.LowerBound(k, 1001, 1).Should().BeLessThanOrEqualTo(bound);
            before = bound;
        }

        before.Should().BeGreaterThan(.98);
    }

    [Fact]
    public void Method_names_every_option_in_any_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("de-DE");

            new SequentialCertifier().Method.ToString().Should()
                .Be("sequential open gain=0.01 n0=100 budget=100000 alpha=0.001 worth=600000 looks=1.1 predict=20+10000 rungs=0.01 "
                    + "version=1");
            Targets.Method.ToString().Should()
                .Be("sequential radii=0.25,0.5 n0=20 budget=100000 alpha=0.001 worth=600000 looks=1.1 predict=20+10000 tail=0.4 version=1");
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Warnings_of_budgets_too_small_for_alpha_say_so()
    {
        new SequentialCertifier().Warnings(10).Should().BeEmpty();
        new SequentialCertifier(new SequentialOptions { Budget = 9, PredictBudget = 9 }).Warnings(10).Should().Equal(
            "Every certification will abstain: even 9 of 9 votes do not show, at alpha = 0.001, that a label has more than half. Raise "
                + "Budget or alpha.",
            "Every prediction will abstain: even 9 of 9 votes do not show, at alpha = 0.001, which label leads. Raise PredictBudget or "
                + "alpha.");
    }

    [Theory]
    [InlineData(10, 100_000, "A target radius of 10 is beyond any certificate under gaussian sigma=1*")]
    [InlineData(3, 1000,
        "A target radius of 3 under gaussian sigma=1 is beyond a budget of 1000 votes at alpha = 0.001, even if all agree. Raise the "
        + "budget or leave the radius out.")]
    public void Certify_target_out_of_reach_is_refused_before_any_vote(double radius, long budget, string message) =>
        new SequentialCertifier(new SequentialOptions { TargetRadii = [.5, radius], Budget = budget })
            .Invoking(c => c.Certify(2, 1)).Should().Throw<ArgumentException>().WithMessage(message);

    public static TheoryData<SequentialOptions, string> BadOptions => new()
    {
        { new() { Alpha = 0 }, "Alpha" },
        { new() { Alpha = 1 }, "Alpha" },
        { new() { Alpha = double.NaN }, "Alpha" },
        { new() { N0 = 0 }, "N0" },
        { new() { Budget = 0 }, "Budget" },
        { new() { Budget = 1_000_000_001 }, "Budget" },
        { new() { PredictN0 = 0 }, "PredictN0" },
        { new() { PredictBudget = 0 }, "PredictBudget" },
        { new() { Worth = 0 }, "Worth" },
        { new() { Worth = double.PositiveInfinity }, "Worth" },
        { new() { RadiusGain = 0 }, "RadiusGain" },
        { new() { LookGrowth = 1 }, "LookGrowth" },
        { new() { LookGrowth = 2.1 }, "LookGrowth" },
        { new() { TargetRadii = [-.1] }, "TargetRadii" },
        { new() { TargetRadii = [.5, .5] }, "TargetRadii" },
        { new() { TargetRadii = [.5, double.NaN] }, "TargetRadii" },
    };

    [Theory]
    [MemberData(nameof(BadOptions))]
    public void Constructor_bad_option_says_which(SequentialOptions options, string name) =>
        FluentActions.Invoking(() => new SequentialCertifier(options)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName(name);

    [Fact]
    public void Constructor_takes_a_copy_of_the_radii()
    {
        double[] radii = [.25];
        SequentialCertifier certifier = new(new SequentialOptions { TargetRadii = radii });
        radii[0] = 9;

        certifier.Options.TargetRadii.Should().Equal(.25);
    }

    [Theory]
    [InlineData(-1, 5, "successes")]
    [InlineData(6, 5, "successes")]
    [InlineData(0, 0, "trials")]
    [InlineData(0, 100_001, "trials")]
    public void LowerBound_out_of_range_says_which_argument(long k, long n, string name) =>
        Targets.Invoking(c => c.LowerBound(k, n, .5)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName(name);

    [Fact]
    public void Predict_Certify_and_Warnings_bad_arguments_are_refused()
    {
        Targets.Invoking(c => c.Predict(1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("classCount");
        Targets.Invoking(c => c.Certify(1, .5)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("classCount");
        Targets.Invoking(c => c.Warnings(1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("classCount");
        foreach (double sigma in new[] { 0, -1, double.NaN, double.PositiveInfinity })
            Targets.Invoking(c => c.Certify(2, sigma)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("sigma");
    }

    [Fact]
    public void Predict_keeps_the_label_of_the_selection_and_reports_the_evidence()
    {
        IVoteTest<Prediction> test = Targets.Predict(3);
        test.Next.Should().Be(new VoteRequest(VotePhase.Selection, 20));
        test.Observe(new VoteCounts(11, 9, 0));
        VoteRequest want = test.Next!.Value;
        want.Phase.Should().Be(VotePhase.Prediction);

        // All for another class: the label is not changed after the fact.
        test.Observe(new VoteCounts(0, want.Count, 0));
        while (test.Next is { } next)
            test.Observe(new VoteCounts(0, next.Count, 0));
        test.Result.Label.Should().BeNull();
        (test.Result.TopLabel, test.Result.PValue).Should().Be((1, 1));
    }

    [Fact]
    public void Predict_unanimous_votes_answer_with_a_p_value_of_at_most_alpha()
    {
        IVoteTest<Prediction> test = Targets.Predict(3);
        while (test.Next is { } next)
            test.Observe(new VoteCounts(0, next.Count, 0));

        (test.Result.Label, test.Result.TopLabel).Should().Be((1, 1));
        test.Result.PValue.Should().BeInRange(1e-6, .001);
        test.Result.N.Should().BeLessThan(20, "2^-14 times the number of alternatives is below 0.001");
    }

    private static Certificate Run(SequentialCertifier certifier, double sigma, Func<long, bool, VoteCounts> votes)
    {
        IVoteTest<Certificate> test = certifier.Certify(2, sigma);
        while (test.Next is { } want)
            test.Observe(votes(want.Count, want.Phase == VotePhase.Selection));
        return test.Result;
    }
}
