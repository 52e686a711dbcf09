namespace DenoisedSmoothing;

/// <summary>The l2 radius of randomized smoothing (Cohen et al. 2019, theorem 1 with pB = 1 - pA), rounded down.</summary>
public static class CertifiedRadius
{
    /// <summary>sigma * Phi^-1(pA): no attack of smaller l2 norm changes the smoothed classifier's answer.</summary>
    /// <param name="paLower">A lower bound of the probability of the top class, in [0, 1).</param>
    /// <param name="sigma">The smoothing noise in [0,1] pixel space; above 0.</param>
    /// <returns>
    /// The radius in the unit of <paramref name="sigma"/>, never above the true value and within 1e-13 of it, relative; 0 for a bound of at
    /// most 1/2.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static double FromBound(double paLower, double sigma)
    {
        if (!(paLower >= 0 && paLower < 1))
            throw new ArgumentOutOfRangeException(nameof(paLower), paLower, "A probability's lower bound must be at least 0 and below 1.");
        CheckSigma(sigma);
        return paLower <= .5 ? 0 : Math.BitDecrement(sigma * NormalQuantile.Lower(paLower));
    }

    /// <summary>
    /// The radius that n votes certify when all of them agree: sigma * Phi^-1(alpha^(1/n)), the largest that n can reach.
    /// </summary>
    /// <param name="n">The number of estimation votes, from 1 to <see cref="ClopperPearson.MaxTrials"/>.</param>
    /// <param name="alpha">The allowed probability of error, from <see cref="ClopperPearson.MinAlpha"/> to below 1.</param>
    /// <param name="sigma">The smoothing noise in [0,1] pixel space; above 0.</param>
    /// <returns>The radius in the unit of <paramref name="sigma"/>; 0 when n cannot certify at alpha at all.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static double Largest(long n, double alpha, double sigma)
    {
        CheckSigma(sigma);
        return FromBound(ClopperPearson.Lower(n, n, alpha), sigma);
    }

    /// <summary>The smallest n whose votes, all agreeing, certify a radius above 0: 10 at alpha = 0.001.</summary>
    /// <param name="alpha">The allowed probability of error, from <see cref="ClopperPearson.MinAlpha"/> to below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="alpha"/> is outside its range.</exception>
    public static long FewestVotes(double alpha)
    {
        long n = 1;
        while (ClopperPearson.Lower(n, n, alpha) <= .5)
            n++;
        return n;
    }

    internal static void CheckSigma(double sigma)
    {
        if (!(sigma > 0 && double.IsFinite(sigma)))
            throw new ArgumentOutOfRangeException(nameof(sigma), sigma, "Sigma must be finite and above 0.");
    }
}
