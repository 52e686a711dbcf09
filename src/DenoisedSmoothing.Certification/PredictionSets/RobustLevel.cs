using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Statistics;

namespace DenoisedSmoothing.PredictionSets;

/// <summary>
/// How often the sets of unchanged images may miss their label, so that those of changed images do not miss it more often than allowed: 1 -
/// b of Zargarbashi et al. 2025, where Phi(Phi^-1(b) - r/sigma) = 1 - a.
/// </summary>
/// <remarks>
/// <para>
/// Let m(x) be the probability, over the noise, that the set of image x misses the label. It is the mean of a function of the noisy image,
/// so by the lemma of Neyman and Pearson m(z) is at most Phi(Phi^-1(m(x)) + r/sigma) for every z within r of x. That is concave in m(x), so
/// by Jensen's inequality it holds for the means over images too. docs/statistics.md has the proof.
/// </para>
/// For noise on a grid, with tau its distance from the exact law and g sqrt(d) the distance that two images move on their way to the grid:
/// Phi(Phi^-1(m + tau) + (r + g sqrt(d))/sigma) + tau, which is concave in m as well.
/// </remarks>
public static class RobustLevel
{
    // A smaller share would need more calibration images than can be counted.
    private const double Smallest = 1.0 / (1L << 60);
    private const int Halvings = 60;

    /// <summary>The largest share of clean images whose sets may miss the label.</summary>
    /// <param name="rule">The law of the noise: Gaussian, exactly or on a grid.</param>
    /// <param name="radius">How far an image may be moved, in l2; at least 0. At 0 it is not moved, and the share is
    /// <paramref name="miscoverage"/>.</param>
    /// <param name="miscoverage">a: how often the sets of moved images may miss the label; above 0 and at most 1/2.</param>
    /// <returns>Rounded down; 0 where none is small enough, so that only the set of all classes suffices.</returns>
    /// <exception cref="ArgumentException">The noise is not Gaussian.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static double CleanMiscoverage(IRadiusRule rule, double radius, double miscoverage)
    {
        (double tau, double gridDistance) = GaussianOnly.Check(rule) switch
        {
            GridGaussianRule grid => (grid.TotalVariation, grid.GridDistance),
            GaussianRule => (0, 0),
            _ => throw new ArgumentException(
                $"Prediction sets are proven for Gaussian noise; '{rule.Description}' is another law.", nameof(rule)),
        };
        CheckRadius(radius);
        CheckMiscoverage(miscoverage);
        if (radius == 0)
            return miscoverage;

        double most = Math.BitDecrement(miscoverage - tau);
        if (most <= 0)
            return 0;
        double shift = Math.BitIncrement(Math.BitIncrement(radius + gridDistance) / rule.Sigma), limit = NormalQuantile.Lower(most);
        return Suffices(Smallest) ? Bisection.Border(Smallest, miscoverage, Halvings, Suffices).Holds : 0;

        bool Suffices(double clean) =>
            Math.BitIncrement(NormalQuantile.Upper(Math.BitIncrement(clean + tau)) + shift) <= limit;
    }

    /// <summary>The fewest calibration images with which a set can leave out a class: 1/share - 1, rounded up.</summary>
    /// <param name="cleanMiscoverage">From <see cref="CleanMiscoverage"/>.</param>
    /// <returns>Null where no number of images is enough.</returns>
    public static long? FewestImages(double cleanMiscoverage)
    {
        if (!(cleanMiscoverage >= 2.0 / ClopperPearson.MaxTrials))
            return null;
        long images = Math.Max(1, (long)(1 / cleanMiscoverage) - 2);
        while (SplitConformal.AllowedMisses(images, cleanMiscoverage) == 0)
            images++;
        return images;
    }

    internal static void CheckRadius(double radius)
    {
        if (!(radius >= 0 && double.IsFinite(radius)))
            throw new ArgumentOutOfRangeException(nameof(radius), radius, "A radius must be finite and not negative.");
    }

    internal static void CheckMiscoverage(double miscoverage)
    {
        if (miscoverage > 0 && miscoverage <= .5)
            return;
        throw new ArgumentOutOfRangeException(nameof(miscoverage), miscoverage,
            "Miscoverage is how often a set may miss the label: above 0 and at most 1/2. For coverage 0.9 it is 0.1.");
    }
}
