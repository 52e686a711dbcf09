using DenoisedSmoothing.Analysis;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Transfer;
using DenoisedSmoothing.Verification;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Tests.Verification;

/// <summary>Transferred certificates by the verifier's own formulas, alone and in logs.</summary>
public sealed class TransferVerificationTests : IDisposable
{
    private static readonly CertificateTransfer s_transfer = new(pairs: 1000, alpha: .01);

    private static readonly Certificate s_oneSided = Run(new CohenCertifier(n0: 10, n: 10_000), new VoteCounts(9800, 150, 50)),
        s_twoSided = Run(new MulticlassCertifier(n0: 10, n: 10_000), new VoteCounts([4500, .. Enumerable.Repeat(500L, 11)]));

    private static readonly Provenance s_drawn = LogSamples.Certificate(3).Provenance! with
    {
        Noise = "philox4x32-10/box-muller/1",
        DrawnSigma = .5,
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Verify_finds_nothing_in_what_a_transfer_concludes()
    {
        CertificateVerifier verifier = new();
        foreach (Certificate certificate in new[] { s_oneSided, s_twoSided })
        {
            for (long lost = 0; lost < 600; lost = 2 * lost + 1)
            {
                VoteCounts pairs = new(1000 - lost - lost / 3, lost, 0, lost / 3);
                verifier.Verify(s_transfer.Conclude(certificate, pairs)).Should().BeEmpty("{0}", pairs);
            }
        }

        Certificate abstention = s_oneSided with { Label = null, Radius = 0 };
        verifier.Verify(s_transfer.Abstain(abstention)).Should().OnlyContain(finding => finding.Member == "label",
            "the certificate itself is doctored, the transfer is not");
    }

    public static TheoryData<string> Forgeries => [.. s_forgeries.Keys];

    [Theory]
    [MemberData(nameof(Forgeries))]
    public void Verify_names_each_overstatement(string what)
    {
        foreach (Certificate certificate in new[] { s_oneSided, s_twoSided })
        {
            TransferredCertificate honest = s_transfer.Conclude(certificate, new VoteCounts(976, 4, 5, 15)) with
            {
                Provenance = s_drawn with { Seed = 5 },
                Original = certificate with { Provenance = s_drawn },
            };
            new CertificateVerifier().Verify(honest).Should().BeEmpty();
            new CertificateVerifier().Verify(s_forgeries[what].Forge(honest)).Should().Contain(finding =>
                finding.Member == s_forgeries[what].Member && finding.Severity == VerificationSeverity.Overstated);
        }
    }

    [Fact]
    public void Verify_counts_missed_and_changed_pairs_against_the_successor()
    {
        // Each zeta is what 1,000 pairs give without those that the forger leaves out.
        double fewer = s_transfer.Conclude(s_oneSided, new VoteCounts(980, 20, 0, 0)).Zeta;
        Named(s_oneSided, new VoteCounts([960, 20, 0, 0]) { Missed = 20 });
        Named(s_twoSided, new VoteCounts(960, 20, 0, 20));
        new CertificateVerifier().Verify(s_transfer.Conclude(s_oneSided, new VoteCounts(960, 20, 0, 20))).Should().BeEmpty(
            "what goes from one other class to another bounds nothing of the label");

        void Named(Certificate certificate, VoteCounts pairs)
        {
            TransferredCertificate honest = s_transfer.Conclude(certificate, pairs);
            new CertificateVerifier().Verify(honest).Should().BeEmpty();
            new CertificateVerifier().Verify(honest with { Zeta = fewer, PALower = certificate.PALower - fewer }).Should()
                .Contain(finding => finding.Member == "zeta" && finding.Severity == VerificationSeverity.Overstated);
        }
    }

    [Fact]
    public void Verify_names_labels_and_radii_that_no_bound_certifies()
    {
        TransferredCertificate abstention = s_transfer.Conclude(s_oneSided, new VoteCounts(400, 600, 0, 0));
        (abstention.Label, abstention.Radius).Should().Be((null, 0));

        Named(abstention with { Label = s_oneSided.Label }, "label");
        Named(abstention with { Radius = .1 }, "radius");

        static void Named(TransferredCertificate forged, string member) => new CertificateVerifier().Verify(forged).Should()
            .Contain(finding => finding.Member == member && finding.Severity == VerificationSeverity.Overstated);
    }

    [Fact]
    public void Logs_of_transfers_merge_and_are_verified_and_analysed()
    {
        CertificationLogMeta meta = new()
        {
            Kind = CertificationLogKind.Certify,
            Settings = new Dictionary<string, string>
            {
                [CertificationLogMeta.MethodSetting] = s_transfer.Method.ToString(),
                [CertificationLogMeta.AlphaSetting] = "0.011000000000000001",
                ["sigma"] = "0.5",
            },
            Rows = 2,
        };
        foreach (int shard in new[] { 1, 2 })
        {
            using CertificationLogWriter writer = CertificationLogWriter.Open(
                At($"{shard}.tsv"), meta with { Shard = $"{shard}/2" }, resume: false);
            writer.Append(shard, 0, s_transfer.Conclude(s_oneSided, new VoteCounts(1000 - shard, shard, 0, 0)), TimeSpan.FromSeconds(1));
            writer.Append(shard + 2, 1, s_transfer.Abstain(s_oneSided with { Label = null, Radius = 0 }), TimeSpan.FromSeconds(1));
            writer.End();
        }

        CertificationLogMerge.Run([At("1.tsv"), At("2.tsv")], At("whole.tsv"), partial: false);

        LogVerification verification = LogVerification.Run(At("whole.tsv"));
        verification.Verified.Should().Be(4);
        // What was made to abstain by hand is found in the certificates themselves.
        verification.Findings.Should().OnlyContain(finding => finding.Index >= 3 && finding.Finding.Member == "label");
        CertificationLog log = CertificationLog.Read(At("whole.tsv")), lines = CertificationLog.Read(At("whole.tsv.jsonl"));
        log.Alpha.Should().BeGreaterThanOrEqualTo(.011).And.BeLessThan(.0111);
        lines.Alpha.Should().Be(log.Alpha);
        (lines.Method, lines.Kind).Should().Be((s_transfer.Method, CertificationLogKind.Certify));
        LogAnalysis analysis = new(log);
        (analysis.Images, analysis.Abstained, analysis.CertifiedCount(.5)).Should().Be((4, 2, 2));
        CertificationLogEntry.ReadAll(At("whole.tsv")).First().Transferred.Should()
            .Be(s_transfer.Conclude(s_oneSided, new VoteCounts(999, 1, 0, 0)));
    }

    [Fact]
    public void Abstain_of_a_certified_label_is_refused() => FluentActions.Invoking(() => s_transfer.Abstain(s_oneSided)).Should()
        .Throw<ArgumentException>().WithMessage("*transfer it*");

    private static readonly Dictionary<string, (string Member, Func<TransferredCertificate, TransferredCertificate> Forge)>
        s_forgeries = new()
    {
        ["a longer radius"] = ("radius", t => t with { Radius = t.Radius * (1 + 1e-8) }),
        ["a smaller zeta"] = ("zeta", t => t with { Zeta = t.Zeta * (1 - 1e-8) }),
        ["a larger bound"] = ("paLower", t => t with { PALower = t.PALower * (1 + 1e-8) }),
        ["a smaller bound on the others"] = ("pbUpper", t => t with { PBUpper = t.PBUpper * (1 - 1e-8) }),
        ["another label"] = ("label", t => t with { Label = 1 }),
        ["lost pairs left out"] = ("zeta", t => t with { Pairs = new VoteCounts(1000, 0, 0, 0), Zeta = .004 }),
        ["a smaller alpha"] = ("transferAlpha", t => t with { TransferAlpha = .001 }),
        ["the certificate's own seed"] = ("seed", t => t with { Provenance = t.Original.Provenance }),
        ["another image"] = ("imageHash", t => t with { Provenance = t.Provenance! with { ImageHash = "ff00" } }),
        ["another noise"] = ("noise", t => t with { Provenance = t.Provenance! with { DrawnSigma = .1 } }),
        ["a doctored original"] = ("paLower", t => t with { Original = t.Original with { PALower = .99 } }),
    };

    private string At(string name) => _folder.PathOf(name);

    private static Certificate Run(ICertifier certifier, VoteCounts estimation)
    {
        IVoteTest<Certificate> test = certifier.Certify(estimation.ClassCount, .5);
        test.Observe(new VoteCounts([10, .. Enumerable.Repeat(0L, estimation.ClassCount - 1)]));
        test.Observe(estimation);
        return test.Result;
    }
}
