using DenoisedSmoothing.Sampling;

namespace DenoisedSmoothing.AspNetCore;

/// <summary>
/// Requests in progress and waiting requests: bounded, ordered by priority. A request that would wait too long is refused on arrival, since
/// a late refusal has cost the client the wait and the server the memory.
/// </summary>
/// <remarks>
/// The wait is predicted by Little's law: with C places, each taken for S seconds on average, W requests ahead take W S / C seconds.
/// ASP.NET Core's ConcurrencyLimiter has neither priorities nor a predicted wait. Safe for concurrent use.
/// </remarks>
/// <param name="mostInWork">The number of places.</param>
/// <param name="mostWaiting">Further requests are refused, or displace one with a lower priority.</param>
/// <param name="longestWait">Requests with a longer wait are refused.</param>
/// <param name="time">The clock.</param>
/// <param name="telemetry">Receives what waits and what is refused.</param>
internal sealed class AdmissionQueue(int mostInWork, int mostWaiting, TimeSpan longestWait, TimeProvider time, SmoothingTelemetry telemetry)
{
    private const double NewestShare = .1; // weight of the newest stay in the average

    private readonly Lock _gate = new();
    private readonly SortedSet<WaitingRequest> _waiting = [];
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private double? _stay; // seconds on average
    private long _number;
    private int _inWork;
    private bool _closed;

    public int Waiting
    {
        get
        {
            lock (_gate)
                return _waiting.Count;
        }
    }

    public int InWork
    {
        get
        {
            lock (_gate)
                return _inWork;
        }
    }

    /// <summary>Completes when the queue is closed and nothing is in progress.</summary>
    public Task Drained => _drained.Task;

    /// <summary>Refuses a request that would be refused anyway, before its body is read.</summary>
    /// <exception cref="RefusedException">There is no room.</exception>
    public void Check(int priority)
    {
        RefusedException? why;
        lock (_gate)
            why = WhyNot(priority);
        if (why is null)
            return;
        telemetry.Refused(why.Reason);
        throw why;
    }

    /// <summary>Waits for a place.</summary>
    /// <param name="priority">Higher numbers come first.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="RefusedException">There is no room, the wait was too long, or the queue was closed.</exception>
    public async Task<Place> EnterAsync(int priority, CancellationToken cancellationToken)
    {
        telemetry.Waiting(1);
        try
        {
            return await WaitAsync(priority, cancellationToken).ConfigureAwait(false);
        }
        catch (RefusedException e)
        {
            telemetry.Refused(e.Reason);
            throw;
        }
        finally
        {
            telemetry.Waiting(-1);
        }
    }

    /// <summary>Accepts nothing new, and refuses the waiting requests.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            foreach (WaitingRequest request in _waiting)
                request.Refuse(Stopping());
            _waiting.Clear();
            if (_inWork == 0)
                _drained.TrySetResult();
        }
    }

    internal void Leave(Place place)
    {
        lock (_gate)
        {
            double stay = time.GetElapsedTime(place.Entered).TotalSeconds;
            _stay = _stay is { } average ? average + NewestShare * (stay - average) : stay;
            _inWork--;
            while (_inWork < mostInWork && _waiting.Min is { } next)
            {
                _waiting.Remove(next);
                next.Admit(NewPlace());
            }

            if (_closed && _inWork == 0)
                _drained.TrySetResult();
        }
    }

    private async Task<Place> WaitAsync(int priority, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        WaitingRequest request;
        lock (_gate)
        {
            if (WhyNot(priority) is { } why)
                throw why;
            if (_inWork < mostInWork && _waiting.Count == 0)
                return NewPlace();
            if (_waiting.Count >= mostWaiting)
            {
                WaitingRequest last = _waiting.Max!;
                _waiting.Remove(last);
                last.Refuse(Full("displaced", "A request of higher priority took its place."));
            }

            request = new WaitingRequest(priority, _number++);
            _waiting.Add(request);
        }

        using CancellationTokenSource late = new(longestWait, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        // Where both happen at once, the place counts: it was given.
        await using CancellationTokenRegistration registration = either.Token.Register(() =>
        {
            lock (_gate)
            {
                if (!_waiting.Remove(request))
                    return;
                request.Refuse(cancellationToken.IsCancellationRequested
                    ? new OperationCanceledException(cancellationToken)
                    : Full("late", $"No place became free within {longestWait.TotalSeconds:0.#} s."));
            }
        });
        return await request.Place.ConfigureAwait(false);
    }

    private Place NewPlace()
    {
        _inWork++;
        return new Place(this, time.GetTimestamp());
    }

    private RefusedException? WhyNot(int priority)
    {
        if (_closed)
            return Stopping();
        if (_inWork < mostInWork && _waiting.Count == 0)
            return null;
        if (_waiting.Count >= mostWaiting && (_waiting.Max is not { } last || last.Priority >= priority))
            return Full("full", $"{_inWork} images are in progress, and {_waiting.Count} wait.");
        double foreseen = ForeseenWait(_waiting.Count(request => request.Priority >= priority) + 1);
        return foreseen > longestWait.TotalSeconds
            ? Full("full", $"The wait would be about {foreseen:0.#} s, and {longestWait.TotalSeconds:0.#} s is the longest allowed.")
            : null;
    }

    private double ForeseenWait(int ahead) => ahead * (_stay ?? 0) / mostInWork;

    private RefusedException Full(string reason, string message) => new(
        reason, "The server has too much to do. " + message, TimeSpan.FromSeconds(Math.Max(1, ForeseenWait(_waiting.Count))));

    private static RefusedException Stopping() => new("stopping", "The server is stopping.", TimeSpan.FromSeconds(5));
}
