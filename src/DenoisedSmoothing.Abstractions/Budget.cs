using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing;

/// <summary>What one answer may cost, for both Predict and Certify.</summary>
/// <remarks>
/// An answer that would cost more is not guessed: the test ends with the votes it has (<see cref="IVoteTest{TResult}.Stop"/>), which is an
/// abstention, or what a sequential test has shown by then. That is sound whenever and for whatever reason it stops: an abstention claims
/// nothing, and a sequential bound holds at every number of votes at once.
/// </remarks>
public sealed record Budget
{
    /// <summary>
    /// The most votes for one image, including those that select the label; at least 1. A request that would exceed it is not begun.
    /// </summary>
    /// <value>Null: as many as the certifier asks for.</value>
    /// <exception cref="ArgumentOutOfRangeException">Below 1.</exception>
    public long? Votes
    {
        get;
        init => field = value is < 1 ? throw new ArgumentOutOfRangeException(nameof(value), value, "A budget is at least 1 vote.") : value;
    }

    /// <summary>
    /// The time after which no further batch is begun for the image, counted from the call (in a stream: from when the image is read),
    /// including waiting. The answer comes at most this much time later, plus the batches then in progress: one on the CPU.
    /// </summary>
    /// <value>Null: no limit.</value>
    /// <exception cref="ArgumentOutOfRangeException">Not above zero.</exception>
    public TimeSpan? Time
    {
        get;
        init => field = value <= TimeSpan.Zero
            ? throw new ArgumentOutOfRangeException(nameof(value), value, "A budget of time is above zero.")
            : value;
    }
}
