using System.Text.Json;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Verification;
using DenoisedSmoothing.Votes;
using MathNet.Numerics.Distributions;
using Certifier = DenoisedSmoothing.Staged.StagedCertifier;

namespace DenoisedSmoothing.Tests.Staged;

/// <summary>
/// Against tests/Goldens/ensembles.json: eth-sri/smoothing-ensembles@1e1eaf8d, smooth_ensemble_adaptive.py, whose thresholds were computed
/// there from statsmodels' intervals.
/// </summary>
public class StagedCertifierTests
{
    private const double Sigma = .5, Alpha = .05;

    private static readonly long[] s_small = [100, 300, 1000];

    [Fact]
    public void Thresholds_are_those_of_the_reference()
    {
        int cases = 0;
        foreach (JsonElement golden in Golden.Json("ensembles.json").RootElement.GetProperty("ensembles").GetProperty("adaptive_sampling")
            .EnumerateArray())
        {
            double sigma = golden.GetProperty("sigma").GetDouble();
            JsonElement[] stages = [.. golden.GetProperty("stages").EnumerateArray()];
            Certifier certifier = new(golden.GetProperty("radius").GetDouble(), [.. stages.Select(its => its.GetProperty("n").GetInt64())],
                golden.GetProperty("n0_each_stage").GetInt64(), golden.GetProperty("alpha").GetDouble(),
                golden.GetProperty("beta").GetDouble());
            new GaussianRule(sigma).ProbabilityFor(certifier.Radius).Should()
                .BeApproximately(golden.GetProperty("probability_needed").GetDouble(), 1e-12);
            for (int stage = 0; stage < stages.Length; stage++)
            {
                long accept = stages[stage].GetProperty("accept_from").GetInt64();
                Certificate reached = At(certifier, sigma, stage, accept)!, missed = At(certifier, sigma, stage, accept - 1, finish: true)!;
                (reached.Label, reached.Radius >= certifier.Radius, reached.N).Should().Be((0, true, certifier.Stages[stage]));
                missed.Should().Match<Certificate>(its => its.Radius < certifier.Radius || its.N > certifier.Stages[stage]);
                if (stages[stage].GetProperty("give_up_to").ValueKind != JsonValueKind.Number)
                    continue;
                long giveUp = stages[stage].GetProperty("give_up_to").GetInt64();
                At(certifier, sigma, stage, giveUp).Should().NotBeNull().And.Match<Certificate>(its => its.Radius < certifier.Radius);
                At(certifier, sigma, stage, giveUp + 1).Should().BeNull("the next stage is asked");
                cases++;
            }
        }

        cases.Should().Be(12);
    }

    [Fact]
    public void Certify_draws_every_stage_afresh_and_states_its_own_bound()
    {
        Certifier certifier = new(.5, s_small, n0: 20, Alpha, giveUp: .01);
        IVoteTest<Certificate> test = certifier.Certify(3, Sigma);
        test.Next.Should().Be(new VoteRequest(VotePhase.Selection, 20));
        test.Observe(new VoteCounts(20, 0, 0));
        test.Next.Should().Be(new VoteRequest(VotePhase.Estimation, 100));
        test.Observe(new VoteCounts(88, 12, 0)); // neither enough nor hopeless
        test.Next.Should().Be(new VoteRequest(VotePhase.Selection, 20));
        test.Observe(new VoteCounts(0, 20, 0)); // another label
        test.Next.Should().Be(new VoteRequest(VotePhase.Estimation, 300));
        test.Observe(new VoteCounts(2, 298, 0));

        Certificate certificate = test.Result;

        (test.Next, certificate.Label, certificate.SelectedLabel, certificate.N0, certificate.N, certificate.Alpha).Should()
            .Be((null, 1, 1, 20, 300, Alpha));
        certificate.PALower.Should().BeApproximately(ClopperPearson.Lower(298, 300, Alpha / 3), 1e-15);
        certificate.Radius.Should().BeApproximately(Sigma * Normal.InvCDF(0, 1, certificate.PALower), 1e-12).And.BeGreaterThan(.5);
        certificate.Method.ToString().Should().Be(
            "staged radius=0.5 n0=20 stages=100,300,1000 alpha=0.05 giveup=0.01 predict=1000 version=1");
    }

    [Fact]
    public void Certify_that_reaches_no_target_states_what_its_last_stage_shows()
    {
        Certifier certifier = new(.5, s_small, n0: 20, Alpha, giveUp: .01);

        Certificate given = At(certifier, Sigma, 0, 70)!, last = At(certifier, Sigma, 2, 800)!;

        (given.Label, given.N, given.Radius is > 0 and < .5).Should().Be((0, 100, true));
        (last.Label, last.N, last.Radius is > 0 and < .5).Should().Be((0, 1000, true));
        At(certifier, Sigma, 0, 20)!.Abstained.Should().BeTrue();
    }

    [Fact]
    public void Stop_states_the_last_stage_that_is_whole()
    {
        IVoteTest<Certificate> test = new Certifier(.5, s_small, n0: 20, Alpha, giveUp: .01).Certify(2, Sigma);
        test.Observe(new VoteCounts(20, 0));
        test.Observe(new VoteCounts(88, 12));
        test.Observe(new VoteCounts(0, 20)); // the next stage's label

        test.Stop();

        (test.Next, test.Result.Label, test.Result.N, test.Result.SelectedLabel).Should().Be((null, 0, 100, 0));
        new CertificateVerifier().Verify(test.Result with { Stopped = StopReason.Votes }).Should().BeEmpty();
        new CertificateVerifier().Verify(test.Result).Should().ContainSingle(finding => finding.Member == "estimationVotes"
            && finding.Severity == VerificationSeverity.Different, "unless it was stopped, it would have gone on");
    }

    /// <summary>
    /// The label's probability is just not enough: the exact probability that some stage says it is. At one alpha for every stage it is too
    /// large.
    /// </summary>
    [Theory]
    [InlineData(.05)]
    [InlineData(.001)]
    public void Certify_is_wrong_with_at_most_alpha_exactly_and_a_whole_alpha_for_each_stage_is_caught(double alpha)
    {
        Certifier certifier = new(.5, s_small, n0: 20, alpha, giveUp: .01);

        Wrong(certifier).Should().BeLessThanOrEqualTo(alpha).And.BeGreaterThan(alpha / 3);
        Wrong(new Certifier(.5, s_small, n0: 20, 3 * alpha, giveUp: .01)).Should().BeGreaterThan(alpha);
    }

    [Fact]
    public void Certify_states_too_much_in_no_more_than_alpha_of_runs_and_a_whole_alpha_for_each_stage_is_caught()
    {
        const int runs = 5000;
        // Just below what the radius needs, a little above it, and where no label leads.
        foreach (double p in (double[])[new GaussianRule(Sigma).ProbabilityFor(.5) - 1e-9, .87, .5 - 1e-9])
        {
            long wrong = Overstated(new Certifier(.5, s_small, n0: 20, Alpha, giveUp: .01), p, runs);
            Coverage.IsPlausible(wrong, runs, Alpha).Should().BeTrue("{0} of {1} at {2} stated too much", wrong, runs, p);
        }

        long doctored = Overstated(new Certifier(.5, s_small, n0: 20, 3 * Alpha, giveUp: .01),
            new GaussianRule(Sigma).ProbabilityFor(.5) - 1e-9, runs);
        Coverage.IsPlausible(doctored, runs, Alpha).Should().BeFalse("{0} of {1} stated too much", doctored, runs);
    }

    [Fact]
    public void Log_keeps_certificates_of_every_stage_and_verify_finds_nothing_until_one_is_doctored()
    {
        Certifier certifier = new(.5, s_small, n0: 20, Alpha, giveUp: .01);
        VoteDraws draws = new(4);
        DirectoryInfo folder = Directory.CreateTempSubdirectory("staged-");
        try
        {
            string log = Path.Combine(folder.FullName, "log.tsv");
            List<Certificate> written = [];
            CertificationLogMeta meta = new()
            {
                Kind = CertificationLogKind.Certify,
                Settings = new Dictionary<string, string>
                {
                    [CertificationLogMeta.SigmaSetting] = "0.5",
                    [CertificationLogMeta.MethodSetting] = certifier.Method.ToString(),
                    [CertificationLogMeta.AlphaSetting] = "0.05",
                },
            };
            using (CertificationLogWriter writer = CertificationLogWriter.Open(log, meta, resume: false))
            {
                for (int i = 0; i < 60; i++)
                {
                    double p = .6 + .4 * draws.Uniform();
                    written.Add(draws.Run(certifier.Certify(3, Sigma), [p, .7 * (1 - p), .3 * (1 - p)]));
                    writer.Append(i, 0, written[i], TimeSpan.FromSeconds(i));
                }

                writer.End();
            }

            written.Select(its => its.N).Distinct().Should().BeEquivalentTo(s_small);
            CertificationLogEntry.ReadAll(log).Select(entry => entry.Certificate).Should().Equal(written);
            CertificationLog.Read(log).Method.Should().Be(certifier.Method);
            LogVerification.Run(log).Findings.Should().BeEmpty();
            Certificate honest = written.First(its => its.N == 300 && its.Label == 0);
            new CertificateVerifier().Verify(honest with
            {
                PALower = ClopperPearson.Lower(honest.EstimationVotes[0], 300, Alpha),
            }).Should().Contain(finding => finding.Severity == VerificationSeverity.Overstated && finding.Member == "paLower",
                "a stage has a third of alpha");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Radius_beyond_the_last_stage_is_refused_and_too_few_votes_are_warned_of()
    {
        FluentActions.Invoking(() => new Certifier(2, s_small).Certify(3, Sigma)).Should().Throw<ArgumentException>()
            .WithMessage("*A radius of 2 under gaussian sigma=0.5 is beyond a last stage of 1000 votes*that gives 1.205*");
        new Certifier(1.2, s_small).Certify(3, Sigma).Next.Should().NotBeNull();
        new Certifier(0, [5, 10]).Warnings(3).Should().ContainSingle().Which.Should().StartWith("Every certification will abstain");
        new Certifier(0, [5, 20], predictN: 5).Warnings(3).Should().ContainSingle().Which.Should().StartWith("Every prediction");
        new Certifier(.5).Warnings(3).Should().BeEmpty();
    }

    [Theory]
    [InlineData(-1, 1, .1, .1, "radius")]
    [InlineData(double.NaN, 1, .1, .1, "radius")]
    [InlineData(1, 0, .1, .1, "n0")]
    [InlineData(1, 1, 1e-91, .1, "alpha")]
    [InlineData(1, 1, .6, .1, "alpha")]
    [InlineData(1, 1, .1, 0, "giveUp")]
    [InlineData(1, 1, .1, 1, "giveUp")]
    public void Constructor_out_of_range_says_which_argument(double radius, long n0, double alpha, double giveUp, string name) =>
        FluentActions.Invoking(() => new Certifier(radius, [10], n0, alpha, giveUp)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName(name);

    [Fact]
    public void Constructor_refuses_stages_that_do_not_rise()
    {
        long[] many = [.. Enumerable.Range(1, 21).Select(Convert.ToInt64)];
        foreach (long[] stages in (long[][])[[], [0], [10, 10], [10, 5], [2_000_000_000], many])
        {
            FluentActions.Invoking(() => new Certifier(.5, stages)).Should().Throw<ArgumentOutOfRangeException>()
                .WithParameterName("stages");
        }
    }

    /// <summary>
    /// The certificate of a test that leaves the stages before one undecided and gives it so many votes for label 0; null where it goes on.
    /// </summary>
    private static Certificate? At(Certifier certifier, double sigma, int stage, long votes, bool finish = false)
    {
        IVoteTest<Certificate> test = certifier.Certify(2, sigma);
        for (int i = 0; test.Next is { } want; i++)
        {
            if (i == 2 * (stage + 1) && !finish)
                return null;
            long hits = want.Phase == VotePhase.Selection ? want.Count
                : i / 2 == stage ? votes
                : i / 2 > stage ? 0
                : Undecided(certifier, sigma, want.Count);
            test.Observe(new VoteCounts(hits, want.Count - hits));
        }

        return test.Result;
    }

    // As many as the radius needs: no bound is that sharp.
    private static long Undecided(Certifier certifier, double sigma, long n) =>
        (long)Math.Round(n * new GaussianRule(sigma).ProbabilityFor(certifier.Radius));

    /// <summary>The exact probability that the radius is certified where the label's probability just does not allow it.</summary>
    private static double Wrong(Certifier certifier)
    {
        double p = new GaussianRule(Sigma).ProbabilityFor(certifier.Radius) - 1e-9, wrong = 0, reached = 1;
        for (int stage = 0; stage < certifier.Stages.Count; stage++)
        {
            int n = (int)certifier.Stages[stage], accept = n + 1, giveUp = -1;
            for (int hits = n; hits >= 0 && At(certifier, Sigma, stage, hits, finish: true) is { } its && its.N == n
                && its.Radius >= certifier.Radius; hits--)
                accept = hits;
            for (int hits = 0; hits < accept && stage < certifier.Stages.Count - 1 && At(certifier, Sigma, stage, hits) is not null; hits++)
                giveUp = hits;
            MathNet.Numerics.Distributions.Binomial votes = new(p, n);
            double accepts = 1 - votes.CumulativeDistribution(accept - 1), givesUp = giveUp < 0 ? 0 : votes.CumulativeDistribution(giveUp);
            wrong += reached * accepts;
            reached *= 1 - accepts - givesUp;
        }

        return wrong;
    }

    private static long Overstated(Certifier certifier, double p, int runs)
    {
        VoteDraws draws = new(17);
        long wrong = 0;
        for (int run = 0; run < runs; run++)
        {
            Certificate its = draws.Run(certifier.Certify(2, Sigma), [p, 1 - p]);
            wrong += its.PALower > (its.SelectedLabel == 0 ? p : 1 - p) ? 1 : 0;
        }

        return wrong;
    }
}
