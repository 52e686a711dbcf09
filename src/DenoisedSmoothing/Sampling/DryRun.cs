using System.Globalization;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Sampling;

/// <summary>What a certifier concludes within a budget when all votes agree: if it abstains even then, it always will.</summary>
internal static class DryRun
{
    /// <summary>Says for what no answer is possible.</summary>
    public static IEnumerable<string> Warnings(ICertifier certifier, int classCount, IRadiusRule rule, Budget? budget)
    {
        if (budget?.Votes is not { } votes)
            yield break;
        if (Conclude(certifier.Certify(classCount, rule), classCount, votes).Abstained)
            yield return Text("certification", votes);
        if (Conclude(certifier.Predict(classCount), classCount, votes).Abstained)
            yield return Text("prediction", votes);
    }

    private static TResult Conclude<TResult>(IVoteTest<TResult> test, int classCount, long budget)
    {
        while (test.Next is { } want && want.Count <= budget)
        {
            long[] unanimous = new long[classCount];
            unanimous[0] = want.Count;
            test.Observe(new VoteCounts(unanimous));
            budget -= want.Count;
        }

        test.Stop();
        return test.Result;
    }

    private static string Text(string what, long votes) => string.Create(CultureInfo.InvariantCulture,
        $"Every {what} will abstain: even votes that all agree do not suffice within the budget of {votes} votes. Raise Budget.Votes, "
            + $"or let the certifier ask for fewer.");
}
