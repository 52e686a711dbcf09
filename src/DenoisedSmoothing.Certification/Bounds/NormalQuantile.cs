using MathNet.Numerics.Distributions;

namespace DenoisedSmoothing.Statistics;

/// <summary>The standard normal quantile, enclosed between two doubles.</summary>
/// <remarks>
/// MathNet's rational approximations are fitted to double precision. Against 50-digit values (tests/Goldens/statistics_extra.json: every
/// power of two of the distance to 1/2 and to 1, and a grid in between), their relative error is below 1e-15; the guard is ten times that.
/// </remarks>
internal static class NormalQuantile
{
    private const double Guard = 1e-14;

    /// <summary>A lower bound on the true quantile.</summary>
    /// <param name="p">Strictly between 0 and 1.</param>
    internal static double Lower(double p)
    {
        double z = Normal.InvCDF(0, 1, p);
        return z - Guard * Math.Abs(z);
    }

    /// <summary>An upper bound on the true quantile.</summary>
    /// <param name="p">Strictly between 0 and 1.</param>
    internal static double Upper(double p)
    {
        double z = Normal.InvCDF(0, 1, p);
        return z + Guard * Math.Abs(z);
    }
}
