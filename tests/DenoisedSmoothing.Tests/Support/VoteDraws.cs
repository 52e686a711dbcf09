using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Testing;

/// <summary>
/// Votes drawn one by one from given class probabilities, as a model casts them: seeded, and a few nanoseconds each
/// (splitmix64: G. Steele, D. Lea and C. Flood, "Fast splittable pseudorandom number generators", 2014).
/// </summary>
internal sealed class VoteDraws(ulong seed)
{
    private ulong _state = seed;

    /// <summary>Uniform in [0, 1).</summary>
    public double Uniform()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1L << 53));
    }

    /// <summary>Independent votes; the last class takes what the others leave.</summary>
    public VoteCounts Draw(long count, double[] probabilities)
    {
        long[] votes = new long[probabilities.Length];
        for (long i = 0; i < count; i++)
        {
            double u = Uniform();
            int label = 0;
            while (label < probabilities.Length - 1 && (u -= probabilities[label]) >= 0)
                label++;
            votes[label]++;
        }

        return new VoteCounts(votes);
    }

    /// <summary>Runs a test to its end.</summary>
    public TResult Run<TResult>(IVoteTest<TResult> test, double[] probabilities)
    {
        while (test.Next is { } want)
            test.Observe(Draw(want.Count, probabilities));
        return test.Result;
    }
}
