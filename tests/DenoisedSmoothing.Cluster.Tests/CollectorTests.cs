using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Tool.Tests;

namespace DenoisedSmoothing.Cluster.Tests;

/// <summary>The log of a run from its queue.</summary>
[Collection(QueueTests.Name)]
public sealed class CollectorTests(QueuePlaces places)
{
    private const int Images = 30;

    [SkippableTheory]
    [InlineData(QueuePlaces.Sqlite)]
    [InlineData(QueuePlaces.Postgres)]
    public async Task Answers_that_came_in_any_order_give_the_log_of_one_process_to_two_collectors(string kind)
    {
        (IWorkQueue queue, QueuedRun run) = await Filled(kind, Images);
        await using IWorkQueue _ = queue;
        string whole = FakeLog.Write(run, Images, places.NewFile("whole.tsv"));
        string one = places.NewFile("1.tsv"), two = places.NewFile("2.tsv");

        await Task.WhenAll(QueueCollector.WriteAsync(queue, run, one), QueueCollector.WriteAsync(queue, run, two));

        // The same entries, so their times are the same, too.
        foreach (string suffix in new[] { "", ".jsonl", ".meta.json" })
        {
            File.ReadAllBytes(one + suffix).Should().Equal(File.ReadAllBytes(whole + suffix));
            File.ReadAllBytes(two + suffix).Should().Equal(File.ReadAllBytes(whole + suffix));
        }
    }

    [Fact]
    public async Task Run_that_is_not_complete_is_refused_or_written_as_a_part()
    {
        (IWorkQueue queue, QueuedRun run) = await Filled(QueuePlaces.Sqlite, Images - 3);
        await using IWorkQueue _ = queue;
        string log = places.NewFile("log.tsv");
        Func<Task> collect = () => QueueCollector.WriteAsync(queue, run, log);
        await collect.Should().ThrowAsync<InvalidDataException>().WithMessage("*3 of 30 images are not done yet*");
        File.Exists(log).Should().BeFalse();

        (await QueueCollector.WriteAsync(queue, run, log, partial: true)).Should().ContainSingle();

        CertificationLog read = CertificationLog.Read(log);
        (read.Rows.Count, read.Completeness).Should().Be((Images - 3, LogCompleteness.Unfinished));
        Action resume = () => CertificationLogWriter.Open(log, run.Settings, resume: true).Dispose();
        resume.Should().Throw<InvalidDataException>("with images missing in the middle it is no log to go on with");
    }

    [Fact]
    public async Task Collecting_that_was_stopped_goes_on_and_a_finished_log_is_refused()
    {
        (IWorkQueue queue, QueuedRun run) = await Filled(QueuePlaces.Sqlite, Images);
        await using IWorkQueue _ = queue;
        string log = places.NewFile("log.tsv"), whole = FakeLog.Write(run, Images, places.NewFile("whole.tsv"));
        using (CertificationLogWriter begun = CertificationLogWriter.Open(log, run.Settings, resume: false))
        {
            foreach (int image in FakeRun.Indices(11))
                begun.Append(FakeRun.Entry(run, image), flush: false);
        }

        await QueueCollector.WriteAsync(queue, run, log);

        LogFiles.ShouldBeEqual(log, whole);
        Func<Task> again = () => QueueCollector.WriteAsync(queue, run, log);
        await again.Should().ThrowAsync<IOException>().WithMessage("*finished*");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(9)]
    public async Task Begun_log_from_which_a_line_was_taken_is_refused(int taken)
    {
        (IWorkQueue queue, QueuedRun run) = await Filled(QueuePlaces.Sqlite, Images);
        await using IWorkQueue _ = queue;
        string log = places.NewFile("log.tsv");
        int[] images = [.. FakeRun.Indices(11)];
        using (CertificationLogWriter begun = CertificationLogWriter.Open(log, run.Settings, resume: false))
        {
            foreach (int image in images.Where((_, place) => place != taken))
                begun.Append(FakeRun.Entry(run, image), flush: false);
        }

        byte[] before = File.ReadAllBytes(log);
        Func<Task> collect = () => QueueCollector.WriteAsync(queue, run, log);

        await collect.Should().ThrowAsync<InvalidDataException>()
            .WithMessage($"*image {images[taken]} of the run is not in it*another file*");
        File.ReadAllBytes(log).Should().Equal(before);
    }

    [Fact]
    public async Task Answer_of_another_run_is_refused()
    {
        (IWorkQueue queue, QueuedRun run) = await Filled(QueuePlaces.Sqlite, Images - 1);
        await using IWorkQueue _ = queue;
        LeasedImage last = (await queue.LeaseAsync(run, "one", 1, TimeSpan.FromMinutes(1))).Single();
        QueuedRun other = FakeRun.Of(Images, seed: 9);
        await queue.CompleteAsync(run, "one", [FakeRun.Result(other, last)]);

        Func<Task> collect = () => QueueCollector.WriteAsync(queue, run, places.NewFile("log.tsv"));
        await collect.Should().ThrowAsync<InvalidDataException>().WithMessage("*not of the run*changed by hand*");
    }

    // In no order, by several workers.
    private async Task<(IWorkQueue, QueuedRun)> Filled(string kind, int done)
    {
        IWorkQueue queue = WorkQueue.Open(places.New(kind));
        await queue.CreateAsync();
        (QueuedRun run, _) = await queue.EnqueueAsync(FakeRun.Of(Images), FakeRun.Indices(Images));
        LeasedImage[] leases = [.. await queue.LeaseAsync(run, "one", done, TimeSpan.FromMinutes(1))];
        new Random(1).Shuffle(leases);
        foreach (LeasedImage lease in leases)
            (await queue.CompleteAsync(run, $"{lease.Image % 3}", [FakeRun.Result(run, lease)])).Should().Be(1);
        return (queue, run);
    }
}
