using DenoisedSmoothing.Testing;
namespace DenoisedSmoothing.Tests.Sequential;

/// <summary>
/// The successes at which a test would reject, after each single vote: looking after every vote and stopping at the first of them does
/// worse than any other schedule of looks and any other rule to stop.
/// </summary>
/// <param name="Low">At n votes this many successes or fewer reject; -1 where none do.</param>
/// <param name="High">At n votes this many successes or more reject; n + 1 where none do.</param>
internal sealed record StoppingRegion(int[] Low, int[] High)
{
    public int Horizon => High.Length - 1;

    /// <summary>Of a test that rejects from some number of successes upwards, found by bisection.</summary>
    public static StoppingRegion Upper(int horizon, Func<int, int, bool> rejects) =>
        new([.. Enumerable.Repeat(-1, horizon + 1)],
            [.. Enumerable.Range(0, horizon + 1).Select(n => First(0, n + 1, k => rejects(k, n)))]);

    /// <summary>Of a test that rejects far from a centre on both sides.</summary>
    public static StoppingRegion TwoSided(int horizon, double centre, Func<int, int, bool> rejects) => new(
        [.. Enumerable.Range(0, horizon + 1).Select(n => Middle(n, centre) is var c ? c - First(0, c + 1, i => rejects(c - i, n)) : 0)],
        [.. Enumerable.Range(0, horizon + 1).Select(n => First(Middle(n, centre), n + 1, k => rejects(k, n)))]);

    /// <summary>The exact probability that votes of probability p ever reject, by recursion over votes and successes.</summary>
    public double Probability(double p) => Probability(p, 0, [1]);

    /// <summary>The same from given probabilities of the successes among the first votes.</summary>
    public double Probability(double p, int votes, double[] states)
    {
        double crossed = Absorb(states, votes);
        for (int n = votes + 1; n <= Horizon; n++)
        {
            double[] next = new double[n + 1];
            for (int k = 0; k < n; k++)
            {
                // What is lost below 1e-200 does not show in a sum; subnormal numbers would be slow.
                if (states[k] < 1e-200)
                    continue;
                next[k] += states[k] * (1 - p);
                next[k + 1] += states[k] * p;
            }

            crossed += Absorb(next, n);
            states = next;
        }

        return crossed;
    }

    /// <summary>How many of so many simulated runs reject, looking after every vote.</summary>
    public long Simulate(int runs, double p, ulong seed)
    {
        VoteDraws votes = new(seed);
        (int[] low, int[] high) = (Low, High);
        long crossed = 0;
        for (int run = 0; run < runs; run++)
        {
            for (int n = 1, k = 0; n < high.Length; n++)
            {
                if (votes.Uniform() < p)
                    k++;
                if (k < high[n] && k > low[n])
                    continue;
                crossed++;
                break;
            }
        }

        return crossed;
    }

    private double Absorb(double[] states, int n)
    {
        double absorbed = 0;
        for (int k = 0; k <= n; k++)
        {
            if (k < High[n] && k > Low[n])
                continue;
            absorbed += states[k];
            states[k] = 0;
        }

        return absorbed;
    }

    private static int Middle(int n, double centre) => (int)(n * centre);

    private static int First(int low, int high, Func<int, bool> condition)
    {
        while (low < high)
        {
            int middle = low + ((high - low) / 2);
            if (condition(middle))
                high = middle;
            else
                low = middle + 1;
        }

        return low;
    }
}
