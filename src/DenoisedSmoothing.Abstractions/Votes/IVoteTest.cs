namespace DenoisedSmoothing.Votes;

/// <summary>A test in progress: a state machine over vote counts, without I/O and without tensors.</summary>
/// <remarks>
/// The loop is <c>while (test.Next is { } want) test.Observe(votes);</c>. Not safe for concurrent use; independent tests are independent.
/// </remarks>
/// <typeparam name="TResult">What the test concludes.</typeparam>
public interface IVoteTest<out TResult>
{
    /// <summary>The votes wanted next; null when the test has finished.</summary>
    VoteRequest? Next { get; }

    /// <summary>Takes exactly the votes that <see cref="Next"/> asked for.</summary>
    /// <param name="votes">Votes of the requested phase, whose total is the requested count.</param>
    /// <exception cref="ArgumentException">The total or the number of classes is not what was asked for.</exception>
    /// <exception cref="InvalidOperationException">The test has finished.</exception>
    void Observe(VoteCounts votes);

    /// <summary>
    /// Ends the test: no more votes will come. Then <see cref="Next"/> is null, and <see cref="Result"/> is an abstention. Where the
    /// method's bound holds at every number of votes at once, so that the reason to stop does not matter, it is what the votes so far show.
    /// A test that has finished stays as it is.
    /// </summary>
    void Stop();

    /// <summary>The conclusion.</summary>
    /// <exception cref="InvalidOperationException">The test has not finished.</exception>
    TResult Result { get; }
}
