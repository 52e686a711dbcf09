using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Sampling;

/// <summary>A job whose test concludes something, and the promise to say it.</summary>
/// <param name="image">What it is about.</param>
/// <param name="classCount">K.</param>
/// <param name="afterSelection">The phase that usually follows the selection votes.</param>
/// <param name="limits">When to give up.</param>
/// <param name="newTest">Makes the test.</param>
internal sealed class VoteJob<TResult>(
    ReadImage image, int classCount, VotePhase afterSelection, JobLimits limits, Func<IVoteTest<TResult>> newTest)
    : VoteJob(image, classCount, afterSelection, limits)
{
    // Nobody's continuation runs on the scheduler's thread.
    private readonly TaskCompletionSource<TResult> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IVoteTest<TResult>? _test;

    /// <summary>The result, or why there is none. A failure that is never asked for does not count as unobserved.</summary>
    public Task<TResult> Completion => _completion.Task;

    /// <summary>What ended the test early; null where it ended by itself.</summary>
    public StopReason? Stopped { get; private set; }

    public override void Publish()
    {
        try
        {
            _completion.TrySetResult(_test!.Result);
        }
        catch (Exception e) // a certifier of the caller's
        {
            Fail(e);
        }
    }

    public override void Fail(Exception error)
    {
        // Otherwise it is a part's own, such as a model far away that did not answer in time, and an error like any other.
        if (error is OperationCanceledException && Limits.Cancelled is { } token)
            _completion.TrySetCanceled(token);
        else if (_completion.TrySetException(error))
            _ = _completion.Task.Exception;
    }

    protected override VoteRequest? Begin()
    {
        Stopped = null;
        _test = newTest();
        return _test.Next;
    }

    protected override VoteRequest? Tell(VoteCounts votes)
    {
        _test!.Observe(votes);
        return _test.Next;
    }

    protected override void StopTest(StopReason reason)
    {
        _test!.Stop();
        Stopped = reason;
    }
}
