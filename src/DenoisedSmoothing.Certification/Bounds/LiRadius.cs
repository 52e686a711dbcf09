namespace DenoisedSmoothing.Statistics;

/// <summary>
/// The l2 radius from the Renyi divergence (Li et al. 2019): the largest that some order gives. Never more than Cohen's, and four fifths of
/// it or a little more where nothing is known about the other classes.
/// </summary>
/// <remarks>At order a, with M the generalised mean of pA and pB with exponent 1 - a: sigma sqrt(-(2 / a) ln(1 - pA - pB + 2 M)).</remarks>
public static class LiRadius
{
    // The best order lies between 1.2 and 1.5 in all cases tried.
    private const double LeastOrder = 1.05, MostOrder = 8;

    // The mean's root turns one rounding into up to 20, and all are counted against the radius.
    private const double Roundings = 1e-14;

    /// <summary>The radius.</summary>
    /// <param name="paLower">A lower bound on the probability of the top class, in [0, 1).</param>
    /// <param name="pbUpper">An upper bound on the probability of every other class, in (0, 1].</param>
    /// <param name="sigma">The smoothing noise in [0,1] pixel space; above 0.</param>
    /// <returns>The radius in the unit of <paramref name="sigma"/>, rounded down; 0 where pA does not exceed pB.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static double FromBounds(double paLower, double pbUpper, double sigma)
    {
        Probabilities.Check(paLower, pbUpper);
        CertifiedRadius.CheckSigma(sigma);
        if (paLower <= pbUpper)
            return 0;
        return sigma * GoldenSection.Maximum(order => At(order, paLower, pbUpper), LeastOrder, MostOrder) * (1 - 1e-12);
    }

    // Every order gives a valid radius, so a search that misses the best one errs on the safe side. In logarithms: the powers of a small pB
    // overflow.
    private static double At(double order, double pA, double pB)
    {
        double a = (1 - order) * Math.Log(pA), b = (1 - order) * Math.Log(pB), larger = Math.Max(a, b);
        double logMean = (larger + Math.Log((Math.Exp(a - larger) + Math.Exp(b - larger)) / 2)) / (1 - order);
        double rest = Math.Max(0, 1 - pA - pB) + 2 * Math.Exp(logMean) + Roundings;
        return rest < 1 ? Math.Sqrt(-2 / order * Math.Log(rest)) : 0;
    }
}
