using System.Collections.Concurrent;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Votes;
using MathNet.Numerics.Distributions;

namespace DenoisedSmoothing.Testing;

/// <summary>
/// The class probabilities of one image, which a simulation knows and a certifier does not. Radii are those of a 3x32x32 image under grid
/// noise at sigma 1.
/// </summary>
internal sealed class Truth
{
    private const int Dimension = 3072;

    /// <summary>What such noise certifies.</summary>
    public static readonly IRadiusRule Rule = new GridGaussianRule(1, Dimension);

    private readonly ClassDraws _draws;
    private readonly double[] _probabilities;
    private readonly ConcurrentDictionary<(bool Li, double Own, double Rival), double> _theorems = new();

    /// <param name="probabilities">By class; they add up to 1.</param>
    public Truth(params double[] probabilities)
    {
        _probabilities = probabilities;
        _draws = new ClassDraws(probabilities);
    }

    /// <summary>
    /// Where answers are hardest to get right: thresholds missed by next to nothing, ties, leads that are small, a label below one half.
    /// </summary>
    public static IReadOnlyList<Truth> Of(int classes)
    {
        double half = Rule.ProbabilityFor(.5) - 1e-9, whole = Rule.ProbabilityFor(1) - 1e-9;
        List<Truth> truths =
        [
            new([.. Enumerable.Repeat(1.0 / classes, classes)]), Spread(classes, .5 - 1e-9), Spread(classes, half), Spread(classes, whole),
                Spread(classes, .65),
            Spread(classes, .95), Spread(classes, 1 - 1e-4),
        ];
        if (classes > 2)
            truths.AddRange([Two(classes, .45, .45), Two(classes, .4, .39), Two(classes, .5 - 1e-9, .5 - 2e-9), Spread(classes, .4)]);
        return truths;
    }

    public TResult Run<TResult>(IVoteTest<TResult> test, VoteDraws random) => _draws.Run(test, random);

    public int ClassCount => _probabilities.Length;

    /// <summary>
    /// Whether a certificate claims what is not true: a bound on the wrong side, or a radius beyond what the true probabilities give.
    /// </summary>
    public bool Contradicts(Certificate certificate)
    {
        double p = _probabilities[certificate.SelectedLabel], others = LargestOther(certificate.SelectedLabel);
        bool boundsOthers = certificate.PBUpper < 1 - certificate.PALower - 1e-15;
        if (certificate.PALower > p || (boundsOthers && certificate.PBUpper < others))
            return true;
        if (certificate.Abstained)
            return false;

        if (certificate.Method.Name is "lecuyer" or "pixeldp" or "li")
        {
            double rival = boundsOthers ? others : Math.Max(1 - p, double.Epsilon), own = Math.Min(p, Math.BitDecrement(1));
            double theirs = _theorems.GetOrAdd((certificate.Method.Name == "li", own, rival), static at => at.Li
                ? LiRadius.FromBounds(at.Own, at.Rival, 1)
                : LecuyerRadius.FromBounds(at.Own, at.Rival, 1));
            return certificate.Radius > theirs * (1 + 1e-9);
        }

        // Cohen's radius less the way to the grid, whose step is 2^-20 at sigma 1.
        double radius = (boundsOthers ? (Quantile(p) - Quantile(others)) / 2 : Quantile(p)) - Math.Sqrt(Dimension) / (1 << 20);
        return certificate.Radius > radius * (1 + 1e-12) + 1e-12;
    }

    /// <summary>Whether a prediction names a label that does not lead.</summary>
    public bool Contradicts(Prediction prediction) =>
        prediction.Label is { } label && _probabilities[label] <= LargestOther(label);

    private double LargestOther(int label) => _probabilities.Where((_, other) => other != label).Max();

    private static double Quantile(double p) => Normal.InvCDF(0, 1, p);

    private static Truth Spread(int classes, double first) =>
        new([first, .. Enumerable.Repeat((1 - first) / (classes - 1), classes - 1)]);

    private static Truth Two(int classes, double first, double second) =>
        new([first, second, .. Enumerable.Repeat((1 - first - second) / (classes - 2), classes - 2)]);
}
