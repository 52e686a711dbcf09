namespace DenoisedSmoothing.Statistics;

/// <summary>
/// The l2 radius from differential privacy (Lecuyer et al. 2019): the largest that some epsilon of at most 1 and some delta of the Gaussian
/// mechanism give. Never more than 0.5705 sigma, whatever the votes, nor more than Cohen's.
/// </summary>
/// <remarks>
/// The Gaussian mechanism with epsilon e and delta d = 1.25 exp(-(sigma e / r)^2 / 2) says that a label with probability at least pA keeps
/// its lead at distance r over others with at most pB as long as pA >= exp(2 e) pB + (1 + exp(e)) d. Solved for r, that is sigma e / sqrt(2
/// ln(1.25 (1 + exp(e)) / (pA - exp(2 e) pB))), and the best e is used.
/// </remarks>
public static class LecuyerRadius
{
    /// <summary>The radius.</summary>
    /// <param name="paLower">A lower bound on the probability of the top class, in [0, 1).</param>
    /// <param name="pbUpper">An upper bound on the probability of every other class, in (0, 1].</param>
    /// <param name="sigma">The smoothing noise in [0,1] pixel space; above 0.</param>
    /// <returns>
    /// The radius in the unit of <paramref name="sigma"/>, rounded down by a relative 1e-12; 0 where pA does not exceed pB.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static double FromBounds(double paLower, double pbUpper, double sigma)
    {
        Probabilities.Check(paLower, pbUpper);
        CertifiedRadius.CheckSigma(sigma);
        if (paLower <= pbUpper)
            return 0;
        double most = Math.Min(1, Math.Log(paLower / pbUpper) / 2);
        double best = GoldenSection.Maximum(e => At(e, paLower, pbUpper), 0, most);
        return sigma * best * (1 - 1e-12);
    }

    // Every epsilon gives a valid radius, so a search that misses the best one errs on the safe side.
    private static double At(double epsilon, double pA, double pB)
    {
        double left = pA - Math.Exp(2 * epsilon) * pB;
        return left > 0 ? epsilon / Math.Sqrt(2 * Math.Log(1.25 * (1 + Math.Exp(epsilon)) / left)) : 0;
    }
}
