using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Verification;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Tests.Verification;

public class CertificateVerifierTests
{
    private static readonly CertificateVerifier Verifier = new();

    public static TheoryData<string> Methods => new(
        "cohen n0=100 n=1000 alpha=0.001",
        "cohen n0=10 n=100000 alpha=1E-08",
        "multiclass n0=100 n=1000 alpha=0.05",
        "multiclass n0=100 n=20000 alpha=0.001",
        "staged radius=0.25 stages=100,1000,5000 alpha=0.05",
        "staged radius=0.5 n0=20 stages=2000 alpha=0.001",
        "sequential radii=0.1,0.25,0.5 budget=10000",
        "sequential radii=0 n0=20 budget=2000 alpha=0.05",
        "sequential open gain=0.01 budget=20000",
        "sequential open gain=0.05 budget=1000 alpha=0.05 looks=1.5");

    public static TheoryData<string> Baselines => new(
        "pixeldp n0=100 n=1000 alpha=0.05", "lecuyer n0=100 n=1000 alpha=0.001", "li n0=10 n=20000 alpha=0.001");

    [Theory]
    [MemberData(nameof(Baselines))]
    public void Verify_holds_methods_with_a_theorem_of_their_own_against_it(string method)
    {
        ICertifier certifier = Certifiers.Create(CertificationMethod.Parse(method));
        Random random = new(12);
        int certified = 0;
        for (int run = 0; run < 40; run++)
        {
            double[] shares = Shares(random, run);
            Certificate certificate = Run(certifier.Certify(shares.Length, run % 2 == 0
                ? new GaussianRule(.5) : new GridGaussianRule(.5, 784)), shares, random);
            Verifier.Verify(certificate).Should().BeEmpty("{0} at {1}", certificate, string.Join(' ', shares));
            if (certificate.Abstained)
                continue;
            certified++;
            Verifier.Verify(certificate with { Radius = certificate.Radius * 1.01 }).Should().Contain(finding =>
                finding.Severity == VerificationSeverity.Overstated, "{0}", certificate);
            Verifier.Verify(certificate with { Radius = certificate.Radius * .99 }).Should().NotBeEmpty();
        }

        certified.Should().BeGreaterThan(5);
    }

    public static TheoryData<string> Rules => new("gaussian", "grid", "uniform");

    [Theory]
    [MemberData(nameof(Methods))]
    public void Verify_finds_nothing_in_what_the_certifiers_give(string method)
    {
        ICertifier certifier = Certifiers.Create(CertificationMethod.Parse(method));
        Random random = new(11);
        int certified = 0;
        for (int run = 0; run < 60; run++)
        {
            double[] shares = Shares(random, run);
            Certificate certificate = Run(certifier.Certify(shares.Length, Rule(run % 3)), shares, random);
            certified += certificate.Abstained ? 0 : 1;

            Verifier.Verify(certificate).Should().BeEmpty("{0} at {1}", certificate, string.Join(' ', shares));
            Verifier.Verify(Run(certifier.Predict(shares.Length), shares, random)).Should().BeEmpty("run {0}", run);
        }

        certified.Should().BeGreaterThan(10);
    }

    /// <summary>What the audit passed, and each member of a certificate made better than the votes are.</summary>
    [Theory]
    [MemberData(nameof(Methods))]
    public void Verify_names_every_doctored_member(string method)
    {
        ICertifier certifier = Certifiers.Create(CertificationMethod.Parse(method));
        Certificate honest = Run(certifier.Certify(3, Rule(0)), [.01, .97, .02], new Random(5));
        honest.Label.Should().Be(1);
        Verifier.Verify(honest).Should().BeEmpty();

        Overstated(honest with { Radius = 9.75 }, "radius");
        Overstated(honest with { Radius = honest.Radius + 1e-11 }, "radius");
        Overstated(honest with { PALower = honest.PALower + .001, PBUpper = honest.PBUpper - .001 }, "paLower");
        Overstated(honest with { PALower = honest.PALower + 1e-8 }, "paLower");
        Overstated(honest with { PBUpper = 1 - honest.PALower - 1e-6 }, method.StartsWith('m') ? "radius" : "pbUpper");
        Overstated(honest with { Label = 0 }, "label");
        Overstated(honest with { SelectedLabel = 0 }, "selectedLabel");
        Overstated(honest with { SelectionVotes = new VoteCounts(honest.N0, 0, 0) }, "selectedLabel");
        Overstated(honest with { Alpha = honest.Alpha / 2 }, "alpha");
        Overstated(honest with { Norm = Norm.L1 }, "norm");
        Overstated(honest with { Label = null }, "radius");
        Overstated(honest with { EstimationVotes = new VoteCounts(honest.N / 2, honest.N - honest.N / 2, 0) }, "paLower");
        Overstated(honest with { EstimationVotes = new VoteCounts(0, honest.EstimationVotes[1], 0) { Missed = 2 * honest.N } }, "paLower");
        if (honest.Radius > .01)
            Different(honest with { Radius = honest.Radius * .999 }, "radius");
        Different(honest with { PALower = honest.PALower - .001 }, "paLower");
        Different(honest with { Alpha = honest.Alpha * 2 }, "alpha");
        Different(honest with { Label = null, Radius = 0 }, "label");
        Different(honest with { SelectionVotes = new VoteCounts(0, honest.N0 + 1, 0) }, "selectionVotes");
        Different(honest with { EstimationVotes = honest.EstimationVotes.Add(new VoteCounts(0, 1, 0)) }, "estimationVotes");
        Different(honest with { Sigma = .6 }, "sigma");
    }

    [Theory]
    [MemberData(nameof(Rules))]
    public void Verify_holds_radii_against_their_noise_law(string name)
    {
        IRadiusRule rule = Rule(Array.IndexOf(["gaussian", "grid", "uniform"], name));
        Certificate honest = Run(new CohenCertifier(10, 1000).Certify(2, rule), [.02, .98], new Random(7));

        Verifier.Verify(honest).Should().BeEmpty();
        Overstated(honest with { Radius = honest.Radius * (1 + 1e-12) }, "radius");
        Overstated(honest with
        {
            Noise = null,
            Norm = Norm.L2,
            Radius = CertifiedRadius.FromBound(honest.PALower, honest.Sigma) * 1.001,
        }, "radius");
        Verifier.Verify(honest with
        {
            Noise = "laplace b=1",
        }).Should().Contain(finding => finding.Severity == VerificationSeverity.Unknown && finding.Member == "noise");
    }

    [Fact]
    public void Verify_holds_the_noise_law_against_what_drew_it()
    {
        Certificate honest = Run(new CohenCertifier(10, 1000).Certify(2, Rule(1)), [.02, .98], new Random(7)) with
        {
            Provenance = LogSamples.Certificate(0).Provenance! with
            {
                DrawnSigma = .5,
                Noise = GridGaussianNoise.Scheme,
                ImageShape = [1, 28, 28],
            },
        };
        Verifier.Verify(honest).Should().BeEmpty();

        Overstated(honest with { Provenance = honest.Provenance! with { DrawnSigma = .25 } }, "sigma");
        Overstated(honest with { Provenance = honest.Provenance! with { Noise = "philox4x32-10/box-muller/1" } }, "noise");
        Different(honest with { Provenance = honest.Provenance! with { ImageShape = [3, 28, 28] } }, "noise");
    }

    [Fact]
    public void Verify_cannot_tell_about_a_method_that_is_not_known()
    {
        Certificate certificate = Run(new CohenCertifier(10, 100).Certify(2, Rule(0)), [0, 1], new Random(1));

        foreach (string method in (string[])["bayes", "cohen version=2", "cohen n=0"])
        {
            Verifier.Verify(certificate with { Method = CertificationMethod.Parse(method) }).Should()
                .Contain(finding => finding.Severity == VerificationSeverity.Unknown && finding.Member == "method");
        }
    }

    /// <summary>What is no number is neither above a bound nor below it: it must not pass as what the votes give.</summary>
    [Theory]
    [MemberData(nameof(Methods))]
    public void Verify_names_what_is_no_number(string method)
    {
        ICertifier certifier = Certifiers.Create(CertificationMethod.Parse(method));
        Certificate honest = Run(certifier.Certify(3, new GaussianRule(.5)), [.01, .97, .02], new Random(5)) with { Noise = null };
        Verifier.Verify(honest).Should().BeEmpty();

        Overstated(honest with { Radius = double.NaN }, "radius");
        Overstated(honest with { Radius = double.PositiveInfinity }, "radius");
        Overstated(honest with { Radius = double.NaN, Label = null }, "radius");
        Overstated(honest with { Alpha = double.NaN }, "alpha");
        foreach (double sigma in (double[])[double.NaN, double.PositiveInfinity, 0, -.5])
            Overstated(honest with { Sigma = sigma }, "sigma");
        Overstated(honest with { PBUpper = double.NaN }, "pbUpper");
        Verifier.Verify(honest with { PALower = double.NaN }).Should().Contain(finding =>
            finding.Severity == VerificationSeverity.Overstated);
        Prediction prediction = Run(certifier.Predict(3), [.1, .8, .1], new Random(2));
        Verifier.Verify(prediction).Should().BeEmpty();
        Verifier.Verify(prediction with { PValue = double.NaN }).Should().Contain(IsOverstated("pValue"));
        Verifier.Verify(prediction with { PValue = double.NaN, Label = null }).Should().Contain(IsOverstated("pValue"));
        Verifier.Verify(prediction with { Alpha = double.NaN }).Should().Contain(IsOverstated("alpha"));
    }

    /// <summary>A law that no run has must neither pass nor keep the verifier from an answer.</summary>
    [Theory]
    [MemberData(nameof(Methods))]
    public void Verify_answers_for_noise_that_is_out_of_all_proportion(string method)
    {
        ICertifier certifier = Certifiers.Create(CertificationMethod.Parse(method));
        Certificate honest = Run(certifier.Certify(3, new GaussianRule(.5)), [.01, .97, .02], new Random(5));
        foreach (string law in (string[])["gaussian sigma=0.01", "gaussian sigma=1E-300", "gaussian sigma=1E+300",
            "grid-gaussian sigma=0.01 dimension=784", "grid-gaussian sigma=0.5 dimension=1E+300", "uniform lambda=0.001 dimension=784",
            "uniform lambda=1E-300 dimension=1E+18"])
            Verifier.Verify(honest with { Noise = law }).Should().NotBeEmpty(law);
    }

    [Fact]
    public void Verify_names_labels_that_no_votes_are_for()
    {
        Certificate honest = Run(new CohenCertifier(10, 200).Certify(3, new GaussianRule(.5)), [.01, .97, .02], new Random(5));
        Overstated(honest with { Label = -1, SelectedLabel = -1 }, "selectedLabel");
        Overstated(honest with { Label = 3, SelectedLabel = 3 }, "selectedLabel");
        Overstated(honest with { SelectionVotes = new VoteCounts(0, 0, 0, 10), Label = 3, SelectedLabel = 3 }, "selectionVotes");
        Prediction prediction = Run(new CohenCertifier(10, 200).Predict(3), [.1, .8, .1], new Random(2));
        Verifier.Verify(prediction with { Label = 3, TopLabel = 3 }).Should().Contain(IsOverstated("label"));
        Verifier.Verify(prediction with { RunnerUpLabel = -1 }).Should().Contain(IsOverstated("label"));
    }

    /// <summary>A budget ends a test with the votes that it has: that is no difference, as long as no more is claimed.</summary>
    [Theory]
    [MemberData(nameof(Methods))]
    public void Verify_finds_nothing_in_a_test_that_was_stopped_and_much_in_one_that_claims_to_be(string method)
    {
        ICertifier certifier = Certifiers.Create(CertificationMethod.Parse(method));
        for (int requests = 0; requests < 4; requests++)
        {
            IVoteTest<Certificate> test = certifier.Certify(2, new GaussianRule(.5));
            IVoteTest<Prediction> prediction = certifier.Predict(2);
            for (int told = 0; told < requests; told++)
            {
                Tell(test);
                Tell(prediction);
            }

            test.Stop();
            prediction.Stop();
            Verifier.Verify(test.Result with { Stopped = StopReason.Votes }).Should().BeEmpty("{0} requests", requests);
            Verifier.Verify(prediction.Result with { Stopped = StopReason.Time }).Should().BeEmpty("{0} requests", requests);
        }

        Certificate honest = Run(certifier.Certify(2, new GaussianRule(.5)), [.03, .97], new Random(5));
        Certificate stopped = honest with
        {
            Stopped = StopReason.Votes,
            EstimationVotes = new VoteCounts(0, 7),
            SelectionVotes = new VoteCounts(0, 0),
        };
        Overstated(stopped with { EstimationVotes = new VoteCounts(0, 0) }, "paLower");
        Overstated(stopped, "paLower");

        static void Tell<T>(IVoteTest<T> test)
        {
            if (test.Next is { } next)
                test.Observe(new VoteCounts(next.Count / 8, next.Count - next.Count / 8));
        }
    }

    [Fact]
    public void Verify_names_doctored_predictions()
    {
        foreach (string method in (string[])["cohen n0=1 n=1 alpha=0.001 predict=1000", "sequential predict=20+10000"])
        {
            Prediction honest = Run(Certifiers.Create(CertificationMethod.Parse(method)).Predict(3), [.3, .6, .1], new Random(2));
            honest.Label.Should().Be(1);
            Verifier.Verify(honest).Should().BeEmpty();

            Verifier.Verify(honest with { PValue = honest.PValue * .99 }).Should().Contain(IsOverstated("pValue"));
            Verifier.Verify(honest with { Label = 0 }).Should().Contain(IsOverstated("label"));
            Verifier.Verify(honest with
            {
                Label = 0,
                TopLabel = 0,
            }).Should().Contain(finding => finding.Severity == VerificationSeverity.Overstated);
            Verifier.Verify(honest with { Alpha = 1e-9 }).Should().Contain(IsOverstated("alpha"));
            Verifier.Verify(honest with { RunnerUpLabel = 2 }).Should().Contain(finding => finding.Member == "runnerUpLabel");
            Verifier.Verify(honest with
            {
                Votes = honest.Votes.Add(new VoteCounts(1, 0, 0)),
            }).Should().Contain(finding => finding.Member == "votes");
        }
    }

    private static void Overstated(Certificate certificate, string member) => Verifier.Verify(certificate).Should()
        .Contain(IsOverstated(member));

    private static void Different(Certificate certificate, string member)
    {
        IReadOnlyList<VerificationFinding> findings = Verifier.Verify(certificate);
        findings.Should().Contain(finding => finding.Severity == VerificationSeverity.Different && finding.Member == member);
    }

    private static System.Linq.Expressions.Expression<Func<VerificationFinding, bool>> IsOverstated(string member) =>
        finding => finding.Severity == VerificationSeverity.Overstated && finding.Member == member;

    private static IRadiusRule Rule(int kind) => kind switch
    {
        0 => new GaussianRule(.5),
        1 => new GridGaussianRule(.5, 784),
        _ => new UniformRule(1, 784),
    };

    private static double[] Shares(Random random, int run)
    {
        double top = run % 4 == 0 ? 1 : run % 4 == 1 ? .3 + .3 * random.NextDouble() : .6 + .4 * random.NextDouble(), second =
            random.NextDouble() * (1 - top);
        return [second, top, 1 - top - second];
    }

    private static T Run<T>(IVoteTest<T> test, double[] shares, Random random)
    {
        while (test.Next is { } want)
        {
            long[] counts = new long[shares.Length];
            for (long vote = 0; vote < want.Count; vote++)
            {
                double at = random.NextDouble();
                int label = 0;
                while (label < shares.Length - 1 && (at -= shares[label]) >= 0)
                    label++;
                counts[label]++;
            }

            test.Observe(new VoteCounts(counts));
        }

        return test.Result;
    }
}
