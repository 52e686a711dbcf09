namespace DenoisedSmoothing.Statistics;

/// <summary>
/// An upper bound on how many of m independent events, each with probability at most alpha, happen: for statements about whole data sets.
/// </summary>
public static class BinomialQuantile
{
    /// <summary>The smallest q with P(X > q) at most rho for X ~ Binomial(m, alpha); rounding can only make it larger.</summary>
    /// <param name="m">Events, from 0 to <see cref="ClopperPearson.MaxTrials"/>: say, certificates.</param>
    /// <param name="alpha">The probability of each, strictly between 0 and 1: say, that a certificate is wrong.</param>
    /// <param name="rho">The allowed probability that there are more; from <see cref="ClopperPearson.MinAlpha"/> to below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static long Upper(long m, double alpha, double rho)
    {
        if (m is < 0 or > ClopperPearson.MaxTrials)
            throw new ArgumentOutOfRangeException(nameof(m), m, "The number of events must be between 0 and 2^53.");
        if (!(alpha > 0 && alpha < 1))
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "The probability of an event must lie strictly between 0 and 1.");
        if (!(rho >= ClopperPearson.MinAlpha && rho < 1))
            throw new ArgumentOutOfRangeException(nameof(rho), rho, "Rho must be at least 1e-100 and below 1.");

        double limit = Math.Log(rho);
        limit -= 6 * ElementaryFunctions.Unit * Math.Abs(limit);
        return Bisection.First(0, m, count => BinomialTail.AtLeast(count + 1, m, alpha).Upper <= limit);
    }
}
