using System.Diagnostics;
using DenoisedSmoothing.Experiments;
using DenoisedSmoothing.Tool.Tests;

namespace DenoisedSmoothing.Cluster.Tests;

/// <summary>Workers over either database, with work that is none.</summary>
[Collection(QueueTests.Name)]
public sealed class WorkerTests(QueuePlaces places)
{
    private static readonly WorkerOptions s_options = new() { Lease = TimeSpan.FromSeconds(5), Portion = TimeSpan.FromMilliseconds(50) };

    [SkippableTheory]
    [InlineData(QueuePlaces.Sqlite)]
    [InlineData(QueuePlaces.Postgres)]
    [Trait("Category", "Slow")]
    public async Task Two_workers_do_at_least_1_9_times_the_work_of_one(string kind)
    {
        TimeSpan each = TimeSpan.FromMilliseconds(400);
        await Seconds(1, images: 1);
        (double one, double two) = (await Seconds(1, images: 24), await Seconds(2, images: 24));
        (one / two).Should().BeGreaterThan(1.9, "{0:F2} s and {1:F2} s", one, two);

        async Task<double> Seconds(int workers, int images)
        {
            (IWorkQueue queue, QueuedRun run) = await New(kind, images);
            await using IWorkQueue _ = queue;
            Stopwatch clock = Stopwatch.StartNew();
            double last = 0;
            WorkSummary[] done = await Task.WhenAll(Enumerable.Range(0, workers).Select(_ =>
                new QueueWorker(queue, run, FakeRun.Waiting(run, each), s_options).RunAsync(_ => last = clock.Elapsed.TotalSeconds)));
            done.Sum(static its => its.Finished).Should().Be(images);
            return last;
        }
    }

    [SkippableTheory]
    [InlineData(QueuePlaces.Sqlite)]
    [InlineData(QueuePlaces.Postgres)]
    public async Task Workers_that_join_and_leave_give_the_log_of_one_process(string kind)
    {
        const int Images = 150;
        (IWorkQueue queue, QueuedRun run) = await New(kind, Images);
        await using IWorkQueue _ = queue;
        long finished = 0;
        for (int worker = 0; worker < 3; worker++)
        {
            using CancellationTokenSource leave = new();
            int done = 0;
            QueueWorker leaving = new(queue, run, FakeRun.Waiting(run, TimeSpan.FromMilliseconds(1)), s_options);
            Func<Task> work = () => leaving.RunAsync(_ =>
            {
                if (++done == 20)
                    leave.Cancel();
            }, leave.Token);
            await work.Should().ThrowAsync<OperationCanceledException>();
            QueueStatus status = await queue.StatusAsync(run, [], TimeSpan.FromMinutes(1));
            status.InWork.Should().Be(0, "leases are given back at once");
            status.Done.Should().Be(finished += 20, "what was finished is handed in");
        }

        WorkSummary[] rest = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ =>
            new QueueWorker(queue, run, FakeRun.Waiting(run, TimeSpan.Zero), s_options).RunAsync()));

        rest.Sum(static its => its.Finished).Should().Be(Images - finished);
        await ShouldCollect(queue, run, Images);
    }

    [SkippableTheory]
    [InlineData(QueuePlaces.Sqlite)]
    [InlineData(QueuePlaces.Postgres)]
    public async Task Image_that_always_fails_is_parked_and_the_others_are_done(string kind)
    {
        (IWorkQueue queue, QueuedRun run) = await New(kind, 30);
        await using IWorkQueue _ = queue;

        WorkSummary summary = await new QueueWorker(queue, run, Failing(run, static image => image == 29), s_options).RunAsync();

        summary.Should().Be(new WorkSummary(29, 0, 3));
        QueueStatus status = await queue.StatusAsync(run, [], TimeSpan.FromMinutes(1));
        status.PoisonedImages.Should().Equal(new PoisonedImage(29, 3, "image 29 is bad"));
        string log = places.NewFile("log.tsv");
        Func<Task> collect = () => QueueCollector.WriteAsync(queue, run, log);
        await collect.Should().ThrowAsync<InvalidDataException>().WithMessage("*1 images failed*image 29*image 29 is bad*");
        File.Exists(log).Should().BeFalse();

        await queue.RetryPoisonedAsync(run);
        await new QueueWorker(queue, run, FakeRun.Waiting(run, TimeSpan.Zero), s_options).RunAsync();
        await ShouldCollect(queue, run, 30);
    }

    [Fact]
    public async Task Worker_on_which_everything_fails_ends_and_parks_nothing()
    {
        (IWorkQueue queue, QueuedRun run) = await New(QueuePlaces.Sqlite, 30);
        await using IWorkQueue _ = queue;
        Func<Task> broken = () => new QueueWorker(queue, run, Failing(run, static _ => true), s_options).RunAsync();

        await broken.Should().ThrowAsync<InvalidOperationException>().WithMessage("3 images in a row failed here*");

        QueueStatus status = await queue.StatusAsync(run, [], TimeSpan.FromMinutes(1));
        (status.Poisoned, status.InWork, status.Waiting).Should().Be((0, 0, 30));
        await new QueueWorker(queue, run, FakeRun.Waiting(run, TimeSpan.Zero), s_options).RunAsync();
        await ShouldCollect(queue, run, 30);
    }

    [Fact]
    public async Task Work_that_cancels_itself_has_failed_and_is_not_done_without_a_word()
    {
        (IWorkQueue queue, QueuedRun run) = await New(QueuePlaces.Sqlite, 5);
        await using IWorkQueue _ = queue;
        Func<Task> timedOut = () => new QueueWorker(queue, run, (images, _) => images.Select<int, WorkOutcome>(
            static _ => throw new TaskCanceledException("a model far away timed out")), s_options).RunAsync();

        await timedOut.Should().ThrowAsync<TaskCanceledException>().WithMessage("a model far away timed out");

        QueueStatus status = await queue.StatusAsync(run, [], TimeSpan.FromMinutes(1));
        (status.InWork, status.Waiting).Should().Be((0, 5));
    }

    [Fact]
    public async Task Image_that_was_tried_before_is_worked_on_alone()
    {
        (IWorkQueue queue, QueuedRun run) = await New(QueuePlaces.Sqlite, 20);
        await using IWorkQueue _ = queue;
        foreach (LeasedImage lease in (await queue.LeaseAsync(run, "lost", 3, TimeSpan.FromMinutes(1))).ToArray())
            await queue.FailAsync(run, lease, "once");
        List<int[]> passes = [];

        // All that a pass is given is drawn before anything is answered: who draws more than one has them in flight together.
        await new QueueWorker(queue, run, (images, stop) =>
        {
            int[] drawn = [.. images];
            passes.Add(drawn);
            return FakeRun.Answer(run, drawn, static _ => TimeSpan.Zero, stop);
        }, s_options).RunAsync();

        passes.Where(static pass => pass.Any(static image => image < 3)).Should().HaveCount(3).And.OnlyContain(pass => pass.Length == 1);
        await ShouldCollect(queue, run, 20);
    }

    [SkippableFact]
    public async Task Worker_waits_for_a_database_that_restarts_and_gives_up_in_the_end()
    {
        const int Images = 40;
        (IWorkQueue queue, QueuedRun run) = await New(QueuePlaces.Postgres, Images);
        await using IWorkQueue _ = queue;
        Task<WorkSummary> work = new QueueWorker(queue, run, FakeRun.Waiting(run, TimeSpan.FromMilliseconds(20)), s_options).RunAsync();
        await Task.Delay(200);
        places.Server.Crash();
        await work;
        await ShouldCollect(queue, run, Images);

        await using IWorkQueue impatient = WorkQueue.Open(places.Server.NewDatabase(),
            new QueueOptions { Patience = TimeSpan.FromMilliseconds(500) });
        await impatient.CreateAsync();
        (run, bool _) = await impatient.EnqueueAsync(FakeRun.Of(5000), FakeRun.Indices(5000));
        Task lost = new QueueWorker(impatient, run, FakeRun.Waiting(run, TimeSpan.FromMilliseconds(20)), s_options).RunAsync();
        await Task.Delay(200);
        places.Server.Stop();
        try
        {
            await ((Func<Task>)(() => lost)).Should().ThrowAsync<QueueUnavailableException>();
        }
        finally
        {
            places.Server.Start();
        }
    }

    private static Func<IEnumerable<int>, CancellationToken, IEnumerable<WorkOutcome>> Failing(QueuedRun run, Func<int, bool> fails) =>
        (images, _) => images.Select(image => fails(image)
            ? new WorkOutcome(image, null, null, new InvalidDataException($"image {image} is bad"))
            : new WorkOutcome(image, FakeRun.Entry(run, image), null, null));

    private async Task ShouldCollect(IWorkQueue queue, QueuedRun run, int images)
    {
        string log = places.NewFile("log.tsv");
        (await QueueCollector.WriteAsync(queue, run, log)).Should().BeEmpty();
        LogFiles.ShouldBeEqual(log, FakeLog.Write(run, images, places.NewFile("whole.tsv")));
    }

    private async Task<(IWorkQueue, QueuedRun)> New(string kind, int images)
    {
        IWorkQueue queue = WorkQueue.Open(places.New(kind));
        await queue.CreateAsync();
        (QueuedRun run, _) = await queue.EnqueueAsync(FakeRun.Of(images), FakeRun.Indices(images));
        return (queue, run);
    }
}
