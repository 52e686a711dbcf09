namespace DenoisedSmoothing.Tool.Tests;

/// <summary>Runs that survive: real processes, killed at random moments and resumed.</summary>
public sealed class KillTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public Task Run_killed_three_times_and_resumed_gives_the_log_of_an_uninterrupted_run() =>
        KillAndResume("certify", [], kills: 3, images: 5, seed: 1);

    [Theory]
    [InlineData("certify")]
    [InlineData("predict")]
    [InlineData("certify", "--shard", "2/3")]
    [Trait("Category", "Slow")]
    public Task Run_killed_sixty_times_and_resumed_gives_the_log_of_an_uninterrupted_run(string verb, params string[] more) =>
        KillAndResume(verb, more, kills: 60, images: 12, seed: 2);

    [Fact]
    public async Task Certify_interrupted_ends_with_130_and_goes_on()
    {
        string log = Path.Combine(_folder, "log.tsv"), whole = Path.Combine(_folder, "whole.tsv");
        using (DdsProcess process = DdsProcess.Start(Arguments(log, images: 500)))
        {
            while (LogFiles.Count(log) < 3 && !process.HasExited)
                await Task.Delay(5);
            process.Interrupt();
            (int exit, string output, string error) = process.Finish();
            exit.Should().Be(130, "{0} {1}", output, error);
            error.Should().Contain("Stopped");
        }

        int finished = LogFiles.Count(log) - 1;
        finished.Should().BeInRange(2, 499);
        (await Dds.RunAsync(Arguments(whole, images: finished))).Exit.Should().Be(0);
        LogFiles.Table(log).Should().Equal(LogFiles.Table(whole));
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Aces_killed_when_rows_are_written_and_resumed_gives_the_rows_of_an_uninterrupted_run()
    {
        string whole = Path.Combine(_folder, "whole.tsv"), rows = Path.Combine(_folder, "rows.tsv");
        string[] more = ["--n0", "5", "--threshold", "0.7"];
        (await Dds.RunAsync(Arguments(whole, 6, "aces", more))).Exit.Should().Be(0);
        for (int kills = 0; kills < 3; kills++)
        {
            using DdsProcess process = DdsProcess.Start(Arguments(rows, 6, "aces", more));
            int wanted = Math.Max(LogFiles.Count(rows), 1) + 1;
            while (LogFiles.Count(rows) < wanted && !process.HasExited)
                await Task.Delay(1);
            process.Kill();
        }

        (await Dds.RunAsync(Arguments(rows, 6, "aces", more))).Exit.Should().Be(0);
        File.ReadAllText(rows).Should().Be(File.ReadAllText(whole));
    }

    // Half of the kills come at any time from the start on, half just when a line has been written.
    private async Task KillAndResume(string verb, string[] more, int kills, int images, int seed)
    {
        string whole = Path.Combine(_folder, "whole.tsv");
        (await Dds.RunAsync(Arguments(whole, images, verb, more))).Exit.Should().Be(0);
        Random random = new(seed);
        TimeSpan untilLine = TimeSpan.FromSeconds(2);
        int done = 0, finishedLogs = 0;
        while (done < kills)
        {
            string log = Path.Combine(_folder, $"log{finishedLogs}.tsv");
            using DdsProcess process = DdsProcess.Start(Arguments(log, images, verb, more));
            int before = LogFiles.Count(log);
            System.Diagnostics.Stopwatch clock = System.Diagnostics.Stopwatch.StartNew();
            if (random.Next(2) == 0)
            {
                await Task.Delay(untilLine * (1.2 * random.NextDouble()));
            }
            else
            {
                int wanted = Math.Max(before, 1) + 1 + random.Next(2);
                while (LogFiles.Count(log) < wanted && !process.HasExited)
                    await Task.Delay(1);
                untilLine = clock.Elapsed;
                await Task.Delay(random.Next(20));
            }

            if (process.Kill())
                done++;
            if (LogFiles.Count(log) < images + 1)
                continue;
            await FinishAndCompare(log, whole, images, verb, more);
            finishedLogs++;
        }

        await FinishAndCompare(Path.Combine(_folder, $"log{finishedLogs}.tsv"), whole, images, verb, more);
    }

    private static async Task FinishAndCompare(string log, string whole, int images, string verb, string[] more)
    {
        (int exit, _, string error) = await Dds.RunAsync(Arguments(log, images, verb, more));
        exit.Should().Be(0, error);
        LogFiles.ShouldBeEqual(log, whole);
    }

    // Of a third each share has as many images as the whole without shares.
    private static string[] Arguments(string log, int images, string verb = "certify", params string[] more) =>
    [
        verb, "--sigma", "0.5", "--n", "20", "--batch", "5", "--seed", "11", "--out", log, "--resume", "--max",
        $"{(more.Contains("--shard") ? 3 * images : images)}", .. (verb == "certify" ? (string[])["--n0", "5"] : []), .. more,
    ];
}
