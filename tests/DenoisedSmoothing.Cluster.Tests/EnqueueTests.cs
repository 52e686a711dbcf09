namespace DenoisedSmoothing.Cluster.Tests;

/// <summary>Runs that are put in, and what a queue says of them.</summary>
[Collection(QueueTests.Name)]
public sealed class EnqueueTests(QueuePlaces places)
{
    private static readonly TimeSpan s_long = TimeSpan.FromMinutes(1);

    [SkippableTheory]
    [InlineData(QueuePlaces.Sqlite)]
    [InlineData(QueuePlaces.Postgres)]
    public async Task Same_run_twice_changes_nothing_and_another_of_its_name_is_refused(string kind)
    {
        await using IWorkQueue queue = WorkQueue.Open(places.New(kind));
        await queue.CreateAsync();
        await queue.CreateAsync();
        (QueuedRun first, bool added) = await queue.EnqueueAsync(FakeRun.Of(5) with { Command = "say" }, FakeRun.Indices(5));
        LeasedImage lease = (await queue.LeaseAsync(first, "one", 1, s_long)).Single();
        await queue.CompleteAsync(first, "one", [FakeRun.Result(first, lease)]);

        (QueuedRun again, bool addedAgain) = await queue.EnqueueAsync(FakeRun.Of(5), FakeRun.Indices(5));
        (added, addedAgain, again.Id, again.Command, again.Images).Should().Be((true, false, first.Id, "say", 5));
        Func<Task> otherSeed = () => queue.EnqueueAsync(FakeRun.Of(5, seed: 2), FakeRun.Indices(5));
        (await otherSeed.Should().ThrowAsync<InvalidDataException>()).Which.Message.Should().Contain("seed: there 1, now 2");

        (await queue.StatusAsync(first, [], s_long)).Done.Should().Be(1);
        (await queue.RunsAsync()).Single().Settings.Should().BeEquivalentTo(FakeRun.Of(5).Settings);
    }

    [SkippableTheory]
    [InlineData(QueuePlaces.Sqlite)]
    [InlineData(QueuePlaces.Postgres)]
    public async Task Several_enqueue_at_once_and_one_run_is_in(string kind)
    {
        string place = places.New(kind);
        bool[] added = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(async () =>
        {
            await using IWorkQueue queue = WorkQueue.Open(place);
            await queue.CreateAsync();
            return (await queue.EnqueueAsync(FakeRun.Of(50), FakeRun.Indices(50))).Added;
        })));

        added.Count(static its => its).Should().Be(1);
        await using IWorkQueue after = WorkQueue.Open(place);
        QueuedRun run = (await after.RunsAsync()).Single();
        (await after.StatusAsync(run, [], s_long)).Waiting.Should().Be(50);
    }

    [SkippableTheory]
    [InlineData(QueuePlaces.Sqlite)]
    [InlineData(QueuePlaces.Postgres)]
    public async Task Status_counts_what_the_log_will_say(string kind)
    {
        const int Images = 40;
        double[] radii = [0, .1, .2, .3];
        await using IWorkQueue queue = WorkQueue.Open(places.New(kind));
        await queue.CreateAsync();
        (QueuedRun run, _) = await queue.EnqueueAsync(FakeRun.Of(Images), FakeRun.Indices(Images));
        await queue.RenewAsync(run, new QueueWorkerName("one", "here", 7), [], s_long);
        IReadOnlyList<LeasedImage> leases = await queue.LeaseAsync(run, "one", 30, s_long);
        (await queue.CompleteAsync(run, "one", [.. leases.Take(25).Select(lease => FakeRun.Result(run, lease))])).Should().Be(25);
        ImageResult passed = ImageResult.Of(leases[25], new((int)leases[25].Image, null, new(leases[25].Image, "broken"), null),
            run.Settings.Fingerprint);
        (await queue.CompleteAsync(run, "one", [passed])).Should().Be(1);

        QueueStatus status = await queue.StatusAsync(run, radii, s_long);

        Logs.CertificationLogRow[] rows = [.. Enumerable.Range(0, 25).Select(image => FakeRun.Entry(run, image).ToRow())];
        (status.Done, status.InWork, status.Waiting, status.Skipped, status.Answered).Should().Be((26, 4, 10, 1, 25));
        status.Abstained.Should().Be(rows.Count(static row => row.Predicted is null)).And.BePositive();
        status.Certified.Should().Equal(radii.Select(radius => (radius, (long)rows.Count(row => row.Correct && row.Radius >= radius))));
        status.Rate.Should().BePositive();
        status.ExpectedEnd.Should().BeAfter(status.Time);
        QueueWorkerStatus worker = status.Workers.Single();
        (worker.Worker, worker.Done, worker.HasLeft).Should().Be((new QueueWorkerName("one", "here", 7), 26, false));
        worker.Heartbeat.Should().BeCloseTo(DateTimeOffset.UtcNow, TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Queue_that_is_not_there_is_named_and_not_made()
    {
        string file = places.NewFile("none.db");
        await using IWorkQueue queue = WorkQueue.Open(file);
        Func<Task> runs = () => queue.RunsAsync();
        (await runs.Should().ThrowAsync<FileNotFoundException>()).Which.Message.Should().Contain(file).And.Contain("dds enqueue");
        File.Exists(file).Should().BeFalse();
    }

    [Fact]
    public async Task File_that_is_no_queue_is_refused()
    {
        string text = places.NewFile("text"), empty = places.NewFile("empty");
        File.WriteAllText(text, new string('x', 5000));
        File.WriteAllText(empty, "");
        await using IWorkQueue wrong = WorkQueue.Open(text), none = WorkQueue.Open(empty);
        await ((Func<Task>)(() => wrong.RunsAsync())).Should().ThrowAsync<IOException>().WithMessage("*not an SQLite database*");
        await ((Func<Task>)(() => none.RunsAsync())).Should().ThrowAsync<InvalidDataException>().WithMessage("*holds no queue*");
    }
}
