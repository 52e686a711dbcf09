namespace DenoisedSmoothing;

/// <summary>What a sequential certification can be expected to cost and to certify when the label's true probability is known.</summary>
/// <param name="MeanVotes">The mean number of votes, selection included.</param>
/// <param name="Power">The probability that the largest target radius is certified.</param>
public sealed record SequentialForecast(double MeanVotes, double Power)
{
    private const double Negligible = 1e-15;

    /// <summary>By recursion over successes from look to look, exact but for states of negligible probability.</summary>
    internal static SequentialForecast Of(RadiusLadder ladder, long n0, double pA)
    {
        long[] looks = ladder.Plans[0].Looks;
        int targets = ladder.Plans.Count;
        double mean = n0, power = 0;
        Dictionary<int, SortedDictionary<long, double>> open = new() { [0] = new() { [0] = 1 } };
        for (int look = 0; look < looks.Length && open.Count > 0; look++)
        {
            long d = looks[look] - (look == 0 ? 0 : looks[look - 1]);
            (long first, double[] steps) = Binomial(d, pA);
            Dictionary<int, SortedDictionary<long, double>> next = [];
            foreach ((int target, SortedDictionary<long, double> states) in open)
            {
                mean += d * states.Values.Sum();
                foreach ((long k, double probability) in Spread(states, first, steps))
                {
                    int reached = target;
                    if (!ladder.IsDecided(look, k, ref reached))
                        Add(next, reached, k, probability);
                    else if (reached == targets)
                        power += probability;
                }
            }

            open = next;
        }

        return new(mean, Math.Min(power, 1));
    }

    private static void Add(Dictionary<int, SortedDictionary<long, double>> next, int target, long k, double probability)
    {
        if (probability < Negligible)
            return;
        if (!next.TryGetValue(target, out SortedDictionary<long, double>? states))
            next[target] = states = [];
        states[k] = states.GetValueOrDefault(k) + probability;
    }

    /// <summary>The distribution after d more votes.</summary>
    private static IEnumerable<(long K, double Probability)> Spread(SortedDictionary<long, double> states, long first, double[] steps)
    {
        long low = states.First().Key;
        double[] sums = new double[states.Last().Key - low + steps.Length];
        foreach ((long k, double probability) in states)
        {
            for (int j = 0; j < steps.Length; j++)
                sums[k - low + j] += probability * steps[j];
        }

        for (int i = 0; i < sums.Length; i++)
            yield return (low + first + i, sums[i]);
    }

    /// <summary>Binomial(d, p) where it is not negligible, by the ratio of neighbours from the mode outwards.</summary>
    private static (long First, double[] Weights) Binomial(long d, double p)
    {
        if (p == 1)
            return (d, [1]);
        long mode = Math.Min(d, (long)((d + 1) * p));
        LinkedList<double> weights = new([1.0]);
        double odds = p / (1 - p);
        long first = mode;
        for (double weight = 1; first > 0 && weight > Negligible; first--)
            weights.AddFirst(weight *= first / (d - first + 1.0) / odds);
        double above = 1;
        for (long k = mode; k < d && above > Negligible; k++)
            weights.AddLast(above *= (d - k) / (k + 1.0) * odds);
        double total = weights.Sum();
        return (first, [.. weights.Select(weight => weight / total)]);
    }
}
