using DenoisedSmoothing.Statistics;

namespace DenoisedSmoothing.Audit;

/// <summary>The radii that n votes can give: those of the Clopper-Pearson bound for each count, under a noise.</summary>
internal sealed class RadiusLattice(IRadiusRule rule, long n, double alpha)
{
    private readonly Dictionary<long, double> _radii = [];

    public double Largest => At(n);

    /// <summary>The radius of a count; 0 where the count certifies nothing.</summary>
    public double At(long count)
    {
        if (_radii.TryGetValue(count, out double radius))
            return radius;
        double bound = ClopperPearson.Lower(count, n, alpha);
        return _radii[count] = bound > .5 ? rule.Radius(bound, 1 - bound) : 0;
    }

    /// <summary>Whether some count gives a radius above 0 in the closed interval.</summary>
    public bool Reaches(double low, double high)
    {
        double radius = At(FirstAtLeast(low));
        return radius >= low && radius <= high;
    }

    /// <summary>The possible radii next to a value: the last below it and the first above; null beyond the ends.</summary>
    public (double? Below, double? Above) Around(double value)
    {
        long count = FirstAtLeast(value);
        double here = At(count), before = At(count - 1);
        return here >= value ? (before > 0 ? before : null, here) : (here > 0 ? here : null, null);
    }

    /// <summary>The smallest count whose radius is above 0 and at least the value; n where there is none.</summary>
    private long FirstAtLeast(double value)
    {
        // No count of half the votes or fewer certifies.
        return Bisection.First(n / 2 + 1, n, votes => At(votes) is var radius and > 0 && radius >= value);
    }
}
