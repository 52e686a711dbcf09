namespace DenoisedSmoothing.Cluster.Tests;

/// <summary>What a queue promises, on either database: leases, fencing numbers, and answers that count once.</summary>
[Collection(QueueTests.Name)]
public sealed class LeaseTests(QueuePlaces places)
{
    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(1), s_short = TimeSpan.FromMilliseconds(1);

    [SkippableTheory]
    [InlineData(QueuePlaces.Sqlite)]
    [InlineData(QueuePlaces.Postgres)]
    public async Task Stalled_worker_that_wakes_before_the_other_has_answered_is_refused(string kind)
    {
        (IWorkQueue queue, QueuedRun run) = await New(kind, images: 1);
        await using IWorkQueue _ = queue;
        (LeasedImage stalled, LeasedImage other) = await LeaseTwice(queue, run);

        (await queue.CompleteAsync(run, "stalled", [FakeRun.Result(run, stalled) with { Line = "stalled" }])).Should().Be(0);
        (await queue.CompleteAsync(run, "other", [FakeRun.Result(run, other) with { Line = "other" }])).Should().Be(1);

        (await queue.ResultsAsync(run, -1, 10)).Should().Equal((0, "other"));
        await ShouldBeDoneOnce(queue, run, "other");
    }

    [SkippableTheory]
    [InlineData(QueuePlaces.Sqlite)]
    [InlineData(QueuePlaces.Postgres)]
    public async Task Stalled_worker_that_wakes_after_the_other_has_answered_is_refused(string kind)
    {
        (IWorkQueue queue, QueuedRun run) = await New(kind, images: 1);
        await using IWorkQueue _ = queue;
        (LeasedImage stalled, LeasedImage other) = await LeaseTwice(queue, run);

        (await queue.CompleteAsync(run, "other", [FakeRun.Result(run, other) with { Line = "other" }])).Should().Be(1);
        (await queue.CompleteAsync(run, "stalled", [FakeRun.Result(run, stalled) with { Line = "stalled" }])).Should().Be(0);
        // Nor can it give up what is not its own any more, or keep it.
        await queue.FailAsync(run, stalled, "late");
        await queue.LeaveAsync(run, new QueueWorkerName("stalled", "host", 1), [stalled]);

        (await queue.ResultsAsync(run, -1, 10)).Should().Equal((0, "other"));
        await ShouldBeDoneOnce(queue, run, "other");
    }

    [SkippableTheory]
    [InlineData(QueuePlaces.Sqlite)]
    [InlineData(QueuePlaces.Postgres)]
    public async Task Answer_after_the_lease_counts_where_nobody_has_taken_the_image(string kind)
    {
        (IWorkQueue queue, QueuedRun run) = await New(kind, images: 1);
        await using IWorkQueue _ = queue;
        LeasedImage lease = (await queue.LeaseAsync(run, "slow", 1, s_short)).Single();
        await Task.Delay(50);

        (await queue.CompleteAsync(run, "slow", [FakeRun.Result(run, lease)])).Should().Be(1);
        // Handed in again, as after a connection that was lost in the middle: nothing changes.
        (await queue.CompleteAsync(run, "slow", [FakeRun.Result(run, lease) with { Line = "again" }])).Should().Be(0);

        (await queue.ResultsAsync(run, -1, 10)).Single().Line.Should().NotBe("again");
        await ShouldBeDoneOnce(queue, run, "slow");
    }

    [SkippableTheory]
    [InlineData(QueuePlaces.Sqlite)]
    [InlineData(QueuePlaces.Postgres)]
    public async Task Renewed_leases_last_and_others_run_out(string kind)
    {
        (IWorkQueue queue, QueuedRun run) = await New(kind, images: 3);
        await using IWorkQueue _ = queue;
        IReadOnlyList<LeasedImage> leases = await queue.LeaseAsync(run, "one", 2, s_short);
        QueueWorkerName one = new("one", "host", 1);
        (await queue.RenewAsync(run, one, [leases[1]], s_long)).Should().Be(1);
        await Task.Delay(1100);

        IReadOnlyList<LeasedImage> fresh = await queue.LeaseAsync(run, "two", 9, s_long);
        IReadOnlyList<LeasedImage> tried = await queue.LeaseAsync(run, "two", 9, s_long);

        fresh.Should().Equal(new LeasedImage(2, 1, 0));
        tried.Should().Equal(new LeasedImage(0, 2, 1));
        (await queue.RenewAsync(run, one, leases, s_long)).Should().Be(1, "the first is someone else's now");
    }

    [SkippableTheory]
    [InlineData(QueuePlaces.Sqlite)]
    [InlineData(QueuePlaces.Postgres)]
    public async Task Leases_given_back_are_no_attempt(string kind)
    {
        (IWorkQueue queue, QueuedRun run) = await New(kind, images: 2);
        await using IWorkQueue _ = queue;
        QueueWorkerName one = new("one", "host", 1);
        await queue.RenewAsync(run, one, [], s_long);
        await queue.LeaveAsync(run, one, await queue.LeaseAsync(run, "one", 2, s_long));

        (await queue.LeaseAsync(run, "two", 2, s_long)).Should().Equal(new LeasedImage(0, 2, 0), new LeasedImage(1, 2, 0));
        (await queue.StatusAsync(run, [], s_long)).Workers.Single().HasLeft.Should().BeTrue();
    }

    [SkippableTheory]
    [InlineData(QueuePlaces.Sqlite)]
    [InlineData(QueuePlaces.Postgres)]
    public async Task Image_that_fails_three_times_is_parked_with_its_error_until_it_is_retried(string kind)
    {
        (IWorkQueue queue, QueuedRun run) = await New(kind, images: 1);
        await using IWorkQueue _ = queue;
        for (int attempt = 0; attempt < 3; attempt++)
            await queue.FailAsync(run, (await queue.LeaseAsync(run, "one", 1, s_long)).Single(), $"error {attempt}\0");

        (await queue.LeaseAsync(run, "one", 1, s_long)).Should().BeEmpty();
        (await queue.HasWorkAsync(run)).Should().BeFalse();
        QueueStatus status = await queue.StatusAsync(run, [], s_long);
        status.PoisonedImages.Should().Equal(new PoisonedImage(0, 3, "error 2 "));
        (status.Poisoned, status.IsOver).Should().Be((1, true));

        (await queue.RetryPoisonedAsync(run)).Should().Be(1);
        LeasedImage lease = (await queue.LeaseAsync(run, "one", 1, s_long)).Single();
        (await queue.CompleteAsync(run, "one", [FakeRun.Result(run, lease)])).Should().Be(1);
        await ShouldBeDoneOnce(queue, run, "one");
    }

    [SkippableTheory]
    [InlineData(QueuePlaces.Sqlite)]
    [InlineData(QueuePlaces.Postgres)]
    public async Task Image_whose_workers_are_lost_again_and_again_is_parked(string kind)
    {
        string place = places.New(kind);
        QueuedRun run = FakeRun.Of(1);
        await using (IWorkQueue first = WorkQueue.Open(place))
        {
            await first.CreateAsync();
            (run, bool _) = await first.EnqueueAsync(run, [0]);
        }

        for (int loss = 0; loss < 2; loss++)
        {
            // Each a process of its own: one looks for lost leases once a second.
            await using IWorkQueue queue = WorkQueue.Open(place, new QueueOptions { MostLosses = 2 });
            (await queue.LeaseAsync(run, "lost", 1, s_short)).Count.Should().Be(1);
            await Task.Delay(20);
        }

        await using IWorkQueue last = WorkQueue.Open(place, new QueueOptions { MostLosses = 2 });
        (await last.LeaseAsync(run, "next", 1, s_long)).Should().BeEmpty();
        (await last.StatusAsync(run, [], s_long)).PoisonedImages.Single().Error.Should().Contain("lost 2 times");
    }

    [SkippableTheory]
    [InlineData(QueuePlaces.Sqlite)]
    [InlineData(QueuePlaces.Postgres)]
    public async Task Image_is_never_leased_to_two_workers_at_once(string kind)
    {
        const int Images = 200, Workers = 8;
        string place = places.New(kind);
        await using IWorkQueue queue = WorkQueue.Open(place);
        await queue.CreateAsync();
        (QueuedRun run, _) = await queue.EnqueueAsync(FakeRun.Of(Images), FakeRun.Indices(Images));

        List<LeasedImage>[] had = await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(async () =>
        {
            await using IWorkQueue own = WorkQueue.Open(place);
            List<LeasedImage> mine = [];
            while (await own.LeaseAsync(run, $"{worker}", 1 + worker % 5, s_long) is { Count: > 0 } leases)
                mine.AddRange(leases);
            return mine;
        })));

        had.SelectMany(static its => its).Select(static lease => lease.Image).Order().Should()
            .Equal(Enumerable.Range(0, Images).Select(static image => (long)image));
        had.SelectMany(static its => its).Should().OnlyContain(lease => lease.Fence == 1);
    }

    private static async Task ShouldBeDoneOnce(IWorkQueue queue, QueuedRun run, string worker)
    {
        QueueStatus status = await queue.StatusAsync(run, [], s_long);
        (status.Done, status.InWork, status.Waiting, status.Poisoned).Should().Be((1, 0, 0, 0));
        (await queue.LeaseAsync(run, "next", 1, s_long)).Should().BeEmpty();
        await queue.RenewAsync(run, new QueueWorkerName(worker, "host", 1), [], s_long);
        (await queue.StatusAsync(run, [], s_long)).Workers.Single(its => its.Worker.Id == worker).Done.Should().Be(1);
    }

    private static async Task<(LeasedImage Stalled, LeasedImage Other)> LeaseTwice(IWorkQueue queue, QueuedRun run)
    {
        LeasedImage stalled = (await queue.LeaseAsync(run, "stalled", 1, s_short)).Single();
        await Task.Delay(1100);
        LeasedImage other = (await queue.LeaseAsync(run, "other", 1, s_long)).Single();
        other.Fence.Should().BeGreaterThan(stalled.Fence);
        return (stalled, other);
    }

    private async Task<(IWorkQueue, QueuedRun)> New(string kind, int images)
    {
        IWorkQueue queue = WorkQueue.Open(places.New(kind));
        await queue.CreateAsync();
        (QueuedRun run, bool added) = await queue.EnqueueAsync(FakeRun.Of(images), FakeRun.Indices(images));
        added.Should().BeTrue();
        return (queue, run);
    }
}
