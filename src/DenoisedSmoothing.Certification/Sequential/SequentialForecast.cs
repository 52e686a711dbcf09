namespace DenoisedSmoothing.Statistics;

/// <summary>What a sequential certification can be expected to cost and to certify when the label's true probability is known.</summary>
/// <param name="MeanVotes">The mean number of votes, including the selection.</param>
/// <param name="Power">The probability that the largest target radius is certified.</param>
public sealed record SequentialForecast(double MeanVotes, double Power)
{
    private const double Negligible = 1e-15;

    /// <summary>By recursion over successes from look to look, exact except for states of negligible probability.</summary>
    internal static SequentialForecast Of(RadiusLadder ladder, long n0, double pA)
    {
        double mean = n0, power = 0;
        long votes = 0, low = 0;
        double[] states = [1];
        for (int look = 0; look < ladder.Looks.Length && states.Length > 0; look++)
        {
            long d = ladder.Looks[look] - votes;
            mean += d * states.Sum();
            (long first, double[] steps) = Binomial(d, pA);
            (low, states, votes) = (low + first, Convolve(states, steps), votes + d);
            for (int i = 0; i < states.Length; i++)
            {
                if (!ladder.IsDecided(look, low + i))
                    continue;
                power += ladder.CertifiesAll(look, low + i) ? states[i] : 0;
                states[i] = 0;
            }

            (low, states) = Trim(low, states);
        }

        return new(mean, Math.Min(power, 1));
    }

    private static double[] Convolve(double[] states, double[] steps)
    {
        double[] sums = new double[states.Length + steps.Length - 1];
        for (int i = 0; i < states.Length; i++)
        {
            for (int j = 0; states[i] > 0 && j < steps.Length; j++)
                sums[i + j] += states[i] * steps[j];
        }

        return sums;
    }

    private static (long Low, double[] States) Trim(long low, double[] states)
    {
        int first = Array.FindIndex(states, probability => probability > Negligible);
        int last = Array.FindLastIndex(states, probability => probability > Negligible);
        return first < 0 ? (low, []) : (low + first, states[first..(last + 1)]);
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
