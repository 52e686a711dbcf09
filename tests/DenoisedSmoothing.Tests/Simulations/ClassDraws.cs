using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Testing;

/// <summary>
/// Independent votes from given class probabilities, one by one, each by one uniform number and one look into a table whatever the number
/// of classes (A. J. Walker's alias method, 1977, in M. D. Vose's form, 1991).
/// </summary>
internal sealed class ClassDraws
{
    private readonly double[] _keep;
    private readonly int[] _alias;

    /// <param name="probabilities">By class; they add up to 1 within rounding.</param>
    public ClassDraws(IReadOnlyList<double> probabilities)
    {
        int classes = probabilities.Count;
        double[] share = [.. probabilities.Select(p => p * classes)];
        _keep = new double[classes];
        _alias = new int[classes];
        Stack<int> small = new(), large = new();
        for (int label = 0; label < classes; label++)
            (share[label] < 1 ? small : large).Push(label);
        while (small.Count > 0 && large.Count > 0)
        {
            int less = small.Pop(), more = large.Pop();
            (_keep[less], _alias[less]) = (share[less], more);
            share[more] -= 1 - share[less];
            (share[more] < 1 ? small : large).Push(more);
        }

        foreach (int label in small.Concat(large))
            (_keep[label], _alias[label]) = (1, label);
    }

    public VoteCounts Draw(VoteDraws random, long count)
    {
        long[] votes = new long[_keep.Length];
        for (long i = 0; i < count; i++)
        {
            double place = random.Uniform() * votes.Length;
            int label = (int)place;
            votes[place - label < _keep[label] ? label : _alias[label]]++;
        }

        return new VoteCounts(votes);
    }

    /// <summary>Runs a test to its end.</summary>
    public TResult Run<TResult>(IVoteTest<TResult> test, VoteDraws random)
    {
        while (test.Next is { } want)
            test.Observe(Draw(random, want.Count));
        return test.Result;
    }
}
