using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Transfer;

namespace DenoisedSmoothing.Planning;

/// <summary>
/// How many votes a radius needs, before any is drawn, for an assumed true probability pA of the label. For planning: unlike bounds, these
/// figures are not guarded against rounding.
/// </summary>
public static class SamplePlan
{
    private const long MostVotes = 1L << 46;
    private const double MostTries = 20_000;

    /// <summary>
    /// The smallest n with which <see cref="CohenCertifier"/> certifies a radius with the given power: exact binomial probabilities.
    /// </summary>
    /// <param name="radius">The radius in [0,1] pixel space and the rule's norm; at least 0.</param>
    /// <param name="rule">The law of the noise, such as <see cref="GaussianRule"/>.</param>
    /// <param name="pA">The assumed probability of the label, in (0, 1].</param>
    /// <param name="alpha">The allowed probability of error, from <see cref="ClopperPearson.MinAlpha"/> to below 1.</param>
    /// <param name="power">The requested probability of success, strictly between 0 and 1; customarily 0.9.</param>
    /// <returns>
    /// n; null when no n suffices, because pA does not reach that radius (or only just, beyond 7e13 votes). Where pA is within 0.0002 of
    /// what the radius needs, n may exceed the smallest one by 0.1%.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    /// <exception cref="ArgumentException">The radius is beyond any certificate under this noise.</exception>
    public static long? CohenVotes(double radius, IRadiusRule rule, double pA, double alpha = .001, double power = .9)
    {
        double p0 = NeededProbability(radius, rule);
        CheckProbability(pA);
        Check(alpha, power);
        return Votes(p0, pA, alpha, power);
    }

    /// <summary>
    /// The smallest number of pairs with which <see cref="CertificateTransfer"/> transfers a one-sided certificate (Cohen's, a sequential
    /// one) to a successor at a radius with the given power: exact binomial probabilities.
    /// </summary>
    /// <param name="pALower">The certificate's bound, in [0, 1).</param>
    /// <param name="radius">The radius wanted for the successor, in [0,1] pixel space and the rule's norm; at least 0.</param>
    /// <param name="rule">The law of the noise, such as <see cref="GaussianRule"/>.</param>
    /// <param name="lost">
    /// The assumed probability that the certified classifier votes for the label and its successor does not, in [0, 1).
    /// </param>
    /// <param name="alpha">The transfer's own probability of error, from <see cref="ClopperPearson.MinAlpha"/> to below 1.</param>
    /// <param name="power">The requested probability of success, strictly between 0 and 1.</param>
    /// <returns>The number of pairs; null where none suffices, because bound and loss do not leave that radius (or only just).</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    /// <exception cref="ArgumentException">The radius is beyond any certificate under this noise.</exception>
    public static long? TransferPairs(double pALower, double radius, IRadiusRule rule, double lost, double alpha = .001, double power = .9)
    {
        double p0 = NeededProbability(radius, rule);
        if (!(pALower >= 0 && pALower < 1))
            throw new ArgumentOutOfRangeException(nameof(pALower), pALower, "A probability's lower bound must be at least 0 and below 1.");
        if (!(lost >= 0 && lost < 1))
            throw new ArgumentOutOfRangeException(nameof(lost), lost, "The probability of a lost vote must be at least 0 and below 1.");
        Check(alpha, power);

        // Zeta may be pALower - p0. An upper bound on the lost votes is one minus the lower bound on the others.
        double allowed = Math.BitDecrement(pALower - p0);
        return allowed > 0 ? Votes(1 - allowed, 1 - lost, alpha, power) : null;
    }

    /// <summary>The smallest n with which a share pA is shown, with the given power, to be above p0.</summary>
    private static long? Votes(double p0, double pA, double alpha, double power)
    {
        if (pA <= p0)
            return null;

        // c successes certify in n votes exactly as long as P(X >= c) under p0 is at most alpha, so up to some n; up to that n, power grows
        // with n.
        long enough = 1;
        while (!Suffices(enough))
        {
            if ((enough *= 2) > MostVotes)
                return null;
        }

        // From one c to the next, power at that n moves up and down, by about as much as a few times 1/(pA - p0) further votes bring.
        long successes = Bisection.First(enough / 2 + 1, enough, Suffices), trials = MostTrials(successes);
        long lowest = Math.Max(1, successes - (long)Math.Min(MostTries, 16 + 4 / (pA - p0)));
        for (long c = successes - 1, n = trials; c >= lowest; c--)
        {
            while (n >= c && !Certifies(c, n))
                n--;
            if (n >= c && Reaches(c, n))
                (successes, trials) = (c, n);
        }

        return Bisection.First(successes, trials, n => Reaches(successes, n));

        bool Suffices(long c) => MostTrials(c) is var n && n >= c && Reaches(c, n);
        bool Reaches(long c, long n) => pA == 1 || BinomialTail.AtLeast(c, n, pA).Value >= Math.Log(power);
        bool Certifies(long c, long n) => BinomialTail.AtLeast(c, n, p0).Upper <= Math.Log(alpha);
        long MostTrials(long c) => Bisection.First(c, (long)(c / p0) + 2, n => !Certifies(c, n)) - 1;
    }

    /// <summary>
    /// What a sequential certification with target radii costs on average, and how often it certifies the largest of them.
    /// </summary>
    /// <param name="certifier">A certifier with target radii.</param>
    /// <param name="rule">The law of the noise, such as <see cref="GaussianRule"/>.</param>
    /// <param name="pA">The assumed probability of the selected label, in (0, 1].</param>
    /// <exception cref="ArgumentException">The certifier has no target radii, or one beyond its budget under this noise.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static SequentialForecast Sequential(SequentialCertifier certifier, IRadiusRule rule, double pA)
    {
        ArgumentNullException.ThrowIfNull(certifier);
        ArgumentNullException.ThrowIfNull(rule);
        CheckProbability(pA);
        if (certifier.Options.TargetRadii.Count == 0)
            throw new ArgumentException("A forecast needs target radii: set SequentialOptions.TargetRadii.", nameof(certifier));
        return SequentialForecast.Of(certifier.Ladder(rule), certifier.N0, pA);
    }

    /// <summary>The true probability that a label needs for a radius, rounded up: Phi(radius / sigma) under Gaussian noise.</summary>
    /// <param name="radius">The radius in [0,1] pixel space and the rule's norm; at least 0.</param>
    /// <param name="rule">The law of the noise, such as <see cref="GaussianRule"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    /// <exception cref="ArgumentException">The radius is beyond any certificate under this noise.</exception>
    public static double NeededProbability(double radius, IRadiusRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return RadiusLadder.BoundFor(radius, rule);
    }

    /// <summary>The radius that n votes of Cohen's certifier reach if all of them agree, the largest that n can give.</summary>
    /// <param name="n">The number of estimation votes, from 1 to <see cref="ClopperPearson.MaxTrials"/>.</param>
    /// <param name="rule">The law of the noise.</param>
    /// <param name="alpha">The allowed probability of error, from <see cref="ClopperPearson.MinAlpha"/> to below 1.</param>
    /// <returns>In [0,1] pixel space and the rule's norm; 0 when n cannot certify at alpha at all.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static double LargestRadius(long n, IRadiusRule rule, double alpha = .001)
    {
        ArgumentNullException.ThrowIfNull(rule);
        double bound = ClopperPearson.Lower(n, n, alpha);
        return rule.Radius(bound, CertificationTest.ComplementRoundedUp(bound));
    }

    private static void Check(double alpha, double power)
    {
        if (!(alpha >= ClopperPearson.MinAlpha && alpha < 1))
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "Alpha must be at least 1e-100 and below 1.");
        if (!(power > 0 && power < 1))
            throw new ArgumentOutOfRangeException(nameof(power), power, "Power must lie strictly between 0 and 1.");
    }

    private static void CheckProbability(double pA)
    {
        if (!(pA > 0 && pA <= 1))
            throw new ArgumentOutOfRangeException(nameof(pA), pA, "The probability of the label must be above 0 and at most 1.");
    }
}
