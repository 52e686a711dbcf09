using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Analysis;

/// <summary>
/// Two logs of the same images, compared image by image at one radius: what the two have in common cancels, so that far smaller differences
/// show up than between two shares.
/// </summary>
/// <remarks>
/// It is about what the two runs certify, as they were set up, not about what is truly robust. Interval and p-value are for the population
/// from which the images were drawn independently and at random, for one radius and a number of images chosen before the votes.
/// </remarks>
public sealed record PairedDifference
{
    private PairedDifference(double radius, int images, int first, int second, int both, double rho)
    {
        (Radius, Images, OnlyFirst, OnlySecond, Both) = (radius, images, first, second, both);
        PValue = first + second == 0 ? 1 : BinomialTest.TwoSided(first, first + second);
        // Four bounds that hold together: each end is a lower bound on one share minus an upper bound on the other.
        double each = rho / 4;
        double lower = ClopperPearson.Lower(first, images, each) - ClopperPearson.Upper(second, images, each);
        double upper = ClopperPearson.Upper(first, images, each) - ClopperPearson.Lower(second, images, each);
        (Lower, Upper) = (Math.BitDecrement(lower), Math.BitIncrement(upper));
    }

    /// <summary>The radius, in [0,1] pixel space.</summary>
    public double Radius { get; }

    /// <summary>The images that both logs have.</summary>
    public int Images { get; }

    /// <summary>Images certified with their own label at the radius by only the first log.</summary>
    public int OnlyFirst { get; }

    /// <summary>Images certified with their own label at the radius by only the second log.</summary>
    public int OnlySecond { get; }

    /// <summary>Images certified with their own label at the radius by both.</summary>
    public int Both { get; }

    /// <summary>The share of the first minus that of the second, in [-1, 1].</summary>
    public double Difference => (double)(OnlyFirst - OnlySecond) / Images;

    /// <summary>The lower end of an interval for the difference in the population, rounded down.</summary>
    public double Lower { get; }

    /// <summary>The upper end, rounded up.</summary>
    public double Upper { get; }

    /// <summary>McNemar's exact test of "both certify as much": two-sided, on the images where the two differ.</summary>
    public double PValue { get; }

    /// <summary>Compares two logs.</summary>
    /// <param name="first">A log.</param>
    /// <param name="second">Another; images are matched by index.</param>
    /// <param name="radius">In [0,1] pixel space and the norm of both; at least 0, and 0 for logs of predictions.</param>
    /// <param name="rho">The allowed probability that the interval is wrong; from 4e-100 to below 1.</param>
    /// <exception cref="ArgumentException">The radii are in different norms.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Radius or rho is outside its range.</exception>
    /// <exception cref="InvalidDataException">The logs have no image in common, or give one index different labels, or a radius above 0 is
    /// asked for predictions.</exception>
    public static PairedDifference Of(LogAnalysis first, LogAnalysis second, double radius, double rho)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (!(radius >= 0))
            throw new ArgumentOutOfRangeException(nameof(radius), radius, "A radius must be at least 0.");
        if (!(rho >= 4 * ClopperPearson.MinAlpha && rho < 1))
            throw new ArgumentOutOfRangeException(nameof(rho), rho, "Rho must be at least 4e-100 and below 1.");
        foreach (LogAnalysis log in (LogAnalysis[])[first, second])
            log.CertifiedCount(radius); // throws for radii of predictions
        (int images, int onlyFirst, int onlySecond, int both) = (0, 0, 0, 0);
        foreach ((CertificationLogRow its, CertificationLogRow other) in PairedRows.Of(first, second))
        {
            images++;
            bool here = its.Correct && its.Radius >= radius, there = other.Correct && other.Radius >= radius;
            both += here && there ? 1 : 0;
            onlyFirst += here && !there ? 1 : 0;
            onlySecond += there && !here ? 1 : 0;
        }

        return new PairedDifference(radius, images, onlyFirst, onlySecond, both, rho);
    }
}
