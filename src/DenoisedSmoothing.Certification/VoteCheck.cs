using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing;

/// <summary>What every vote test checks on entry.</summary>
internal static class VoteCheck
{
    /// <summary>Checks that votes are exactly what a test asked for.</summary>
    /// <exception cref="ArgumentException">The total or the number of classes is not what was asked for.</exception>
    /// <exception cref="InvalidOperationException">Nothing was asked for: the test has finished.</exception>
    internal static void Requested(VoteCounts votes, VoteRequest? request, int classCount)
    {
        ArgumentNullException.ThrowIfNull(votes);
        if (request is not { } want)
            throw new InvalidOperationException("The test has finished and takes no more votes: read its Result.");
        if (votes.ClassCount != classCount)
            throw new ArgumentException($"The test runs over {classCount} classes, got votes over {votes.ClassCount}.", nameof(votes));
        if (votes.Total != want.Count)
            throw new ArgumentException($"The test asked for {want.Count} {want.Phase} votes, got {votes.Total}.", nameof(votes));
    }

    /// <summary>The result of a finished test.</summary>
    /// <exception cref="InvalidOperationException">There is none yet.</exception>
    internal static TResult Finished<TResult>(TResult? result, VoteRequest? request)
        where TResult : class =>
        result ?? throw new InvalidOperationException(
            $"The test has not finished: it still wants {request?.Count} {request?.Phase} votes. An unfinished test has no result.");

    /// <summary>No votes, for a test that ends without any.</summary>
    internal static VoteCounts None(int classCount) => new(new long[classCount]);

    /// <exception cref="ArgumentOutOfRangeException">Fewer than two classes.</exception>
    internal static void Classes(int classCount)
    {
        if (classCount < 2)
            throw new ArgumentOutOfRangeException(nameof(classCount), classCount, "A classifier needs at least 2 classes.");
    }
}
