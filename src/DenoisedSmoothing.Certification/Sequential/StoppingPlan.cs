using DenoisedSmoothing.Statistics;

namespace DenoisedSmoothing;

/// <summary>
/// When to stop drawing votes for one radius: at each look, the counts that certify it and the counts at which it is given up. Giving up
/// costs no confidence, so it may follow any rule; this one is the cheapest on average if every p was equally likely beforehand (backward
/// induction over votes and successes).
/// </summary>
internal sealed class StoppingPlan
{
    /// <summary>States more than this many standard deviations below p0 are given up without evaluation.</summary>
    private const double Reach = 7;

    /// <summary>States per standard deviation: beyond that, the value of a state is interpolated.</summary>
    private const double Fineness = 50;

    private readonly long[] _looks;
    private readonly long[] _certified;
    private readonly long[] _givenUp;

    /// <param name="martingale">The evidence against "p is at most p0".</param>
    /// <param name="threshold">The logarithm of the evidence that certifies.</param>
    /// <param name="looks">The numbers of votes at which to look, in increasing order.</param>
    /// <param name="worth">What a certificate is worth, in votes.</param>
    internal StoppingPlan(TestMartingale martingale, double threshold, long[] looks, double worth)
    {
        _looks = looks;
        _certified = [.. looks.Select(n => Fewest(martingale, threshold, n))];
        _givenUp = new long[looks.Length];
        States next = default;
        for (int look = looks.Length - 1; look >= 0; look--)
        {
            States states = StatesOf(look, martingale.P0);
            if (look < looks.Length - 1)
                Evaluate(states, look, next, worth);
            _givenUp[look] = states.LastWorthless();
            next = states;
        }
    }

    /// <summary>Whether k successes certify the radius at a look.</summary>
    internal bool Certifies(int look, long k) => k >= _certified[look];

    /// <summary>Whether k successes, which do not certify, are too few to go on.</summary>
    internal bool GivesUp(int look, long k) => k <= _givenUp[look];

    // Above the observed share nothing is claimed, and beyond it more successes are more evidence.
    private static long Fewest(TestMartingale martingale, double threshold, long n) =>
        Bisection.First((long)(n * martingale.P0), n + 1, k => martingale.LogLower(k, n) >= threshold);

    private States StatesOf(int look, double p0)
    {
        long n = _looks[look], top = _certified[look] - 1;
        double deviation = Math.Sqrt(n * p0 * (1 - p0));
        long bottom = Math.Min(top, Math.Max(0, (long)(n * p0 - Reach * deviation - 4)));
        long step = Math.Max(1, (long)(deviation / Fineness));
        return new(bottom, step, new double[(top - bottom) / step + 1]);
    }

    private void Evaluate(States states, int look, States next, double worth)
    {
        long n = _looks[look], d = _looks[look + 1] - n, certified = _certified[look + 1];
        for (int i = states.Values.Length - 1; i >= 0; i--)
        {
            long k = states.First + i * states.Step;
            double value = BetaBinomial.Mean(k, n, d, j => k + j >= certified - .5 ? worth : next.At(k + j)) - d;
            if (value <= 0)
                break; // fewer successes are worth even less
            states.Values[i] = value;
        }
    }

    /// <summary>The worth of going on, by successes, at one look: 0 means giving up.</summary>
    private readonly record struct States(long First, long Step, double[] Values)
    {
        public double At(double k)
        {
            double place = (k - First) / Step;
            if (place < 0)
                return 0;
            int i = (int)place;
            return i + 1 >= Values.Length ? Values[^1] : Values[i] + (place - i) * (Values[i + 1] - Values[i]);
        }

        public long LastWorthless()
        {
            int i = Values.Length - 1;
            while (i >= 0 && Values[i] > 0)
                i--;
            return i == Values.Length - 1 ? long.MaxValue : i < 0 ? First - 1 : First + i * Step;
        }
    }
}
