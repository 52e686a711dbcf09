using DenoisedSmoothing.Aces;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Tests.Verification;

/// <summary>Rows of a model with a core: honest ones, and what a forger would make of them.</summary>
internal static class AcesSamples
{
    private const double Sigma = .25;

    private static readonly CohenCertifier Certifier = new(n0: 10, n: 200, alpha: .05);

    /// <summary>One row of each outcome.</summary>
    public static readonly AcesRow[] Honest =
    [
        Row(0, selected: [5, 195], label: 190, core: 3, AcesOutcome.Certified),
        Row(4, selected: [180, 20], label: 190, core: 7, AcesOutcome.Core),
        Row(8, selected: [90, 110], label: 190, core: 3, AcesOutcome.Agreed),
        Row(12, selected: [5, 195], label: 100, core: 3, AcesOutcome.Abstained),
    ];

    /// <summary>The settings beside the honest rows.</summary>
    public static CertificationLogMeta Meta() => new()
    {
        Kind = CertificationLogKind.Aces,
        Settings = new Dictionary<string, string>
        {
            ["sigma"] = "0.25",
            ["method"] = Certifier.Method.ToString(),
            ["alpha"] = "0.1",
            ["noise"] = "philox4x32-10/grid-gaussian/3",
            ["dimension"] = "784",
            ["selection"] = "entropy<=0.5",
        },
    };

    private static AcesRow Row(long index, long[] selected, long label, int core, AcesOutcome outcome)
    {
        AcesRow row = AcesRow.Of(index, 3, AcesCertificate.Of(
            Certified(Certifier, selected[0] > 150 ? [9, 1] : [1, 9], selected),
            Certified(Certifier, Votes(10, 0), Votes(label, 200 - label)), core), "entropy<=0.5");
        row.Outcome.Should().Be(outcome);
        return row;
    }

    private static long[] Votes(long label, long rest) => [rest, 0, 0, label, 0, 0, 0, 0, 0, 0];

    private static Certificate Certified(CohenCertifier certifier, long[] first, long[] then)
    {
        IVoteTest<Certificate> test = certifier.Certify(first.Length, new GridGaussianRule(Sigma, 784));
        test.Observe(new VoteCounts(first));
        test.Observe(new VoteCounts(then));
        return test.Result;
    }

    /// <summary>A row with one thing forged.</summary>
    public static AcesRow Forged(AcesRow row, string forgery)
    {
        (AcesEvidence selected, AcesEvidence certified) = (row.SelectedBy!, row.CertifiedBy!);
        return forgery switch
        {
            "radius" => row with { Radius = row.Radius * 1.01 },
            "smaller radius" => row with { Radius = row.Radius * .9 },
            "all radii" => row with
            {
                Radius = row.Radius * 1.01,
                SelectedRadius = row.SelectedRadius * 1.01,
                CertifiedRadius = row.CertifiedRadius * 1.01,
            },
            "radius of the selection" => row with { SelectedRadius = row.SelectedRadius * 1.01 },
            "answer" => row with { Answer = 4 },
            "label" => row with { Answer = 4, CertifiedLabel = 4 },
            "outcome" => row with { Outcome = AcesOutcome.Core },
            "selection of an open one" => row with
            {
                SelectedLabel = 1,
                SelectedRadius = row.CertifiedRadius,
                Radius = row.CertifiedRadius,
                Outcome = AcesOutcome.Certified,
            },
            "bound" => row with { CertifiedBy = certified with { PALower = certified.PALower + .001 } },
            "other bound" => row with { SelectedBy = selected with { PBUpper = selected.PBUpper - .001 } },
            "votes added" => Estimated(200, 10),
            "votes moved to the label" => Estimated(195, 5),
            "votes moved from the label" => Estimated(185, 15),
            "votes missed" => row with
            {
                CertifiedBy = certified with { EstimationVotes = new VoteCounts(10, 0, 0, 180, 0, 0, 0, 0, 0, 0) { Missed = 10 } },
            },
            "all of a larger n" => LargerN(row),
            "votes of the selector moved" => row with { SelectedBy = selected with { EstimationVotes = new VoteCounts(6, 194) } },
            "first votes added" => row with { SelectedBy = selected with { SelectionVotes = new VoteCounts(1, 10) } },
            "first votes moved" => row with
            {
                CertifiedBy = certified with { SelectionVotes = new VoteCounts(0, 0, 0, 4, 6, 0, 0, 0, 0, 0) },
            },
            "sigma" => Noisy("grid-gaussian sigma=0.5 dimension=784"),
            "dimension" => Noisy("grid-gaussian sigma=0.25 dimension=1"),
            "law" => Noisy("gaussian sigma=0.25"),
            "selection" => row with { Selection = "trained" },
            "selector of three classes" => row with
            {
                SelectedBy = selected with { SelectionVotes = new VoteCounts(1, 9, 0), EstimationVotes = new VoteCounts(5, 195, 0) },
            },
            _ => row with { CertifiedBy = certified with { SelectionVotes = new VoteCounts(0, 0, 0, 10) } },
        };

        AcesRow Estimated(long label, long rest) => row with
        {
            CertifiedBy = certified with { EstimationVotes = new VoteCounts(rest, 0, 0, label, 0, 0, 0, 0, 0, 0) },
        };

        // With radii as that noise would give them.
        AcesRow Noisy(string noise)
        {
            IRadiusRule rule = RadiusRules.Parse(noise);
            double one = rule.Radius(selected.PALower, selected.PBUpper), other = rule.Radius(certified.PALower, certified.PBUpper);
            return row with { Noise = noise, SelectedRadius = one, CertifiedRadius = other, Radius = Math.Min(one, other) };
        }
    }

    // Twice the votes, with all that they would give.
    private static AcesRow LargerN(AcesRow row)
    {
        CohenCertifier more = new(10, 400, .05);
        return AcesRow.Of(row.Index, row.Label, AcesCertificate.Of(
            Certified(more, [1, 9], [10, 390]), Certified(more, Votes(10, 0), Votes(380, 20)), row.CoreLabel), row.Selection);
    }
}
