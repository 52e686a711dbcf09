using DenoisedSmoothing.Sampling;
using Microsoft.Extensions.Time.Testing;

namespace DenoisedSmoothing.AspNetCore.Tests;

public class AdmissionQueueTests
{
    private static readonly TimeSpan s_long = TimeSpan.FromHours(1);

    private readonly FakeTimeProvider _time = new();

    private AdmissionQueue Queue(int inWork = 1, int waiting = 2, TimeSpan? wait = null) =>
        new(inWork, waiting, wait ?? s_long, _time, new SmoothingTelemetry(null));

    [Fact]
    public async Task Enter_places_free_comes_in_at_once()
    {
        AdmissionQueue queue = Queue(inWork: 2);
        using Place first = await queue.EnterAsync(0, default), second = await queue.EnterAsync(0, default);
        (queue.InWork, queue.Waiting).Should().Be((2, 0));
    }

    [Fact]
    public async Task Enter_queue_full_is_refused_at_once()
    {
        AdmissionQueue queue = Queue();
        using Place place = await queue.EnterAsync(0, default);
        Task<Place>[] waiting = [queue.EnterAsync(0, default), queue.EnterAsync(0, default)];
        (await queue.Invoking(q => q.EnterAsync(0, default)).Should().ThrowAsync<RefusedException>()).Which.Reason.Should().Be("full");
        queue.Invoking(q => q.Check(0)).Should().Throw<RefusedException>();
        waiting.Should().OnlyContain(task => !task.IsCompleted);
    }

    [Fact]
    public async Task Enter_higher_priority_comes_first_and_displaces_the_last()
    {
        AdmissionQueue queue = Queue();
        Place place = await queue.EnterAsync(0, default);
        Task<Place> first = queue.EnterAsync(0, default), second = queue.EnterAsync(0, default), urgent = queue.EnterAsync(5, default);
        (await FluentActions.Awaiting(() => second).Should().ThrowAsync<RefusedException>()).Which.Reason.Should().Be("displaced");
        place.Dispose();
        Place next = await urgent;
        first.IsCompleted.Should().BeFalse();
        next.Dispose();
        (await first).Dispose();
    }

    [Fact]
    public async Task Enter_wait_foreseen_too_long_is_refused_at_the_door()
    {
        AdmissionQueue queue = Queue(inWork: 1, waiting: 100, wait: TimeSpan.FromSeconds(5));
        Place place = await queue.EnterAsync(0, default);
        _time.Advance(TimeSpan.FromSeconds(2));
        place.Dispose(); // a stay takes 2 s
        using Place again = await queue.EnterAsync(0, default);
        Task<Place> waits2 = queue.EnterAsync(0, default), waits4 = queue.EnterAsync(0, default);
        RefusedException refused =
            (await queue.Invoking(q => q.EnterAsync(0, default)).Should().ThrowAsync<RefusedException>()).Which;
        refused.Message.Should().Contain("about 6 s");
        refused.RetryAfter.Should().Be(TimeSpan.FromSeconds(4));
        (waits2.IsCompleted, waits4.IsCompleted).Should().Be((false, false));
    }

    [Fact]
    public async Task Enter_waited_too_long_is_refused()
    {
        AdmissionQueue queue = Queue(wait: TimeSpan.FromSeconds(5));
        using Place place = await queue.EnterAsync(0, default);
        Task<Place> waiting = queue.EnterAsync(0, default);
        _time.Advance(TimeSpan.FromSeconds(6));
        (await FluentActions.Awaiting(() => waiting).Should().ThrowAsync<RefusedException>()).Which.Reason.Should().Be("late");
        queue.Waiting.Should().Be(0);
    }

    [Fact]
    public async Task Enter_cancelled_leaves_the_queue()
    {
        AdmissionQueue queue = Queue();
        using Place place = await queue.EnterAsync(0, default);
        using CancellationTokenSource gone = new();
        Task<Place> waiting = queue.EnterAsync(0, gone.Token);
        await gone.CancelAsync();
        await FluentActions.Awaiting(() => waiting).Should().ThrowAsync<OperationCanceledException>();
        queue.Waiting.Should().Be(0);
    }

    [Fact]
    public async Task Close_refuses_who_waits_and_drains_when_the_last_leaves()
    {
        AdmissionQueue queue = Queue();
        Place place = await queue.EnterAsync(0, default);
        Task<Place> waiting = queue.EnterAsync(0, default);
        queue.Close();
        (await FluentActions.Awaiting(() => waiting).Should().ThrowAsync<RefusedException>()).Which.Reason.Should().Be("stopping");
        await queue.Invoking(q => q.EnterAsync(9, default)).Should().ThrowAsync<RefusedException>();
        queue.Drained.IsCompleted.Should().BeFalse();
        place.Dispose();
        place.Dispose(); // a second time changes nothing
        await queue.Drained.WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Enter_many_at_once_never_exceeds_the_places()
    {
        AdmissionQueue queue = Queue(inWork: 3, waiting: 1000);
        int most = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, 500), new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, token) =>
        {
            using Place place = await queue.EnterAsync(i % 3, token);
            InterlockedMax(ref most, queue.InWork);
            await Task.Yield();
        });
        most.Should().BeInRange(1, 3);
        (queue.InWork, queue.Waiting).Should().Be((0, 0));
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (int seen = most; value > seen; seen = most)
            Interlocked.CompareExchange(ref most, value, seen);
    }
}
