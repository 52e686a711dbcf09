namespace DenoisedSmoothing.Statistics;

/// <summary>The l2 radius of randomized smoothing (Cohen et al. 2019, theorem 1), rounded down, and conversions between norms.</summary>
public static class CertifiedRadius
{
    /// <summary>sigma * Phi^-1(pA): no attack with a smaller l2 norm changes the smoothed classifier's answer.</summary>
    /// <param name="paLower">A lower bound on the probability of the top class, in [0, 1).</param>
    /// <param name="sigma">The smoothing noise in [0,1] pixel space; above 0.</param>
    /// <returns>
    /// The radius in the unit of <paramref name="sigma"/>, never above the true value and with a relative error of at most 1e-13; 0 for a
    /// bound of at most 1/2.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static double FromBound(double paLower, double sigma)
    {
        Probabilities.CheckLower(paLower);
        CheckSigma(sigma);
        return paLower <= .5 ? 0 : Math.BitDecrement(sigma * NormalQuantile.Lower(paLower));
    }

    /// <summary>
    /// sigma/2 (Phi^-1(pA) - Phi^-1(pB)): the radius of theorem 1 for a bound on every other class too, which may exist where pA is below
    /// 1/2.
    /// </summary>
    /// <param name="paLower">A lower bound on the probability of the top class, in [0, 1).</param>
    /// <param name="pbUpper">An upper bound on the probability of every other class, in (0, 1].</param>
    /// <param name="sigma">The smoothing noise in [0,1] pixel space; above 0.</param>
    /// <returns>The radius in the unit of <paramref name="sigma"/>, never above the true value; 0 where pA does not exceed pB.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static double FromBounds(double paLower, double pbUpper, double sigma)
    {
        Probabilities.Check(paLower, pbUpper);
        CheckSigma(sigma);
        if (paLower <= pbUpper)
            return 0;

        // One rounding of the difference, one of the product; halving is exact.
        double difference = Math.BitDecrement(NormalQuantile.Lower(paLower) - NormalQuantile.Upper(pbUpper));
        return Math.Max(0, Math.BitDecrement(sigma / 2 * difference));
    }

    /// <summary>
    /// The largest radius in one norm inside a radius in another: no change of smaller length in the new norm can leave it. From l2: the
    /// same number in l1, r / sqrt(d) in l-infinity. From l1: r / sqrt(d) in l2, r / d in l-infinity. From l-infinity: the same number in
    /// both.
    /// </summary>
    /// <remarks>
    /// The results are naturally small: l2 = 0.5 is 2.3/255 in l-infinity on a 3x32x32 image and 0.33/255 on a 3x224x224 one.
    /// </remarks>
    /// <param name="radius">A certified radius; at least 0.</param>
    /// <param name="from">Its norm.</param>
    /// <param name="to">The requested norm.</param>
    /// <param name="dimension">d, the number of values of the certified tensor (channels x height x width); at least 1.</param>
    /// <returns>The radius in the unit of <paramref name="radius"/>, rounded down.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static double Convert(double radius, Norm from, Norm to, long dimension)
    {
        if (!(radius >= 0 && double.IsFinite(radius)))
            throw new ArgumentOutOfRangeException(nameof(radius), radius, "A radius must be finite and not negative.");
        if (dimension is < 1 or > ClopperPearson.MaxTrials)
            throw new ArgumentOutOfRangeException(nameof(dimension), dimension, "An image has between 1 and 2^53 values.");
        double shrink = (from, to) switch
        {
            (Norm.L2, Norm.LInfinity) or (Norm.L1, Norm.L2) => Math.Sqrt(dimension),
            (Norm.L1, Norm.LInfinity) => dimension,
            _ => 1, // the new norm's ball lies inside the old one's
        };

        // Root and quotient are each good to half a unit in the last place: two steps down cover them.
        return shrink == 1 ? radius : Math.Max(0, Math.BitDecrement(Math.BitDecrement(radius / shrink)));
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
