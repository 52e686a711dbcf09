using DenoisedSmoothing.Transfer;

namespace DenoisedSmoothing.Testing;

/// <summary>
/// How a classifier of three classes and its successor vote together on the noise around one image, which a simulation knows.
/// </summary>
internal sealed class PairTruth
{
    private const int Classes = 3;

    private readonly ClassDraws _pairs;
    private readonly Truth _certified, _successor;

    /// <param name="name">In the table.</param>
    /// <param name="joint">The probability that f votes i and its successor j, at 3 i + j.</param>
    private PairTruth(string name, params double[] joint)
    {
        Name = name;
        _pairs = new ClassDraws(joint);
        Probability = joint[0] + joint[1] + joint[2];
        _certified = new Truth([.. Enumerable.Range(0, Classes).Select(i => joint[3 * i] + joint[3 * i + 1] + joint[3 * i + 2])]);
        _successor = new Truth([.. Enumerable.Range(0, Classes).Select(j => joint[j] + joint[j + 3] + joint[j + 6])]);
    }

    public static IReadOnlyList<PairTruth> All { get; } =
    [
        new("every difference is a lost vote", .88, .02, 0, 0, .06, 0, 0, 0, .04),
        new("one vote in 300 is lost", .87, .0033, 0, 0, .0767, 0, 0, 0, .05),
        new("as many are won as lost", .85, .03, .01, .03, .04, 0, .01, 0, .03),
        new("one half is missed by next to nothing", .5 - 1e-9, .05, 0, 0, .45 + 1e-9, 0, 0, 0, 0),
        new("lost to the runner-up", .42, .05, 0, 0, .2, 0, 0, 0, .33),
    ];

    public string Name { get; }

    /// <summary>The probability that f votes for label 0.</summary>
    public double Probability { get; }

    public Certificate Certify(ICertifier certifier, VoteDraws random) => _certified.Run(certifier.Certify(Classes, 1), random);

    /// <summary>Pairs as a transfer of a label's certificate counts them.</summary>
    public VoteCounts Draw(VoteDraws random, long count, int label)
    {
        ReadOnlySpan<long> pairs = _pairs.Draw(random, count).AsSpan();
        long[] outcomes = new long[CertificateTransfer.OutcomeCount];
        for (int first = 0; first < Classes; first++)
        {
            for (int second = 0; second < Classes; second++)
            {
                PairOutcome outcome = (first == label, first == second) switch
                {
                    (true, true) => PairOutcome.Kept,
                    (true, false) => PairOutcome.Lost,
                    (false, true) => PairOutcome.Agreed,
                    _ => PairOutcome.Changed,
                };
                outcomes[(int)outcome] += pairs[Classes * first + second];
            }
        }

        return new VoteCounts(outcomes);
    }

    /// <summary>Whether a transferred certificate claims what is not true of the successor.</summary>
    public bool Contradicts(TransferredCertificate transferred) => _successor.Contradicts(transferred.Original with
    {
        Label = transferred.Label,
        PALower = transferred.PALower,
        PBUpper = transferred.PBUpper,
        Radius = transferred.Radius,
    });
}
