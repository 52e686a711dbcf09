namespace DenoisedSmoothing.Tool.Tests;

/// <summary>What a scheduler relies on: exit codes, one writer a log, a settings file, and figures of what runs.</summary>
public sealed class WorkerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dds-workers-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Second_writer_of_a_log_is_refused_with_75_and_the_first_goes_on_unharmed()
    {
        string log = At("log.tsv");
        string[] long_ = Arguments(log, images: 500);
        using DdsProcess first = DdsProcess.Start(long_);
        while (LogFiles.Count(log) < 3 && !first.HasExited)
            await Task.Delay(5);

        using (DdsProcess second = DdsProcess.Start(long_))
        {
            (int exit, string output, string error) = second.Finish();
            exit.Should().Be(75, "{0} {1}", output, error);
            error.Should().Contain($"Another process is writing {log}.");
        }

        // What runs can be looked at meanwhile.
        (int merged, string merge, string progress) = await Dds.RunAsync("merge", "--partial", log, "--out", At("so-far.tsv"));
        merged.Should().Be(0, progress);
        merge.Should().MatchRegex(@"so-far\.tsv: [0-9]+ images from 1 shards");
        progress.Should()
            .MatchRegex(@"log\.tsv: [0-9]+ of 500 images, [0-9]+ abstained, [0-9.]+ (images/s|s/image), 0:0.*left, ends about");
        (int analyzed, string analysis, string error2) = await Dds.RunAsync("analyze", log, "--radii", "0");
        analyzed.Should().Be(0, error2);
        analysis.ReplaceLineEndings(" ").Should().Contain(" of 500 images").And.Contain("ends about");

        int before = LogFiles.Count(log);
        while (LogFiles.Count(log) < before + 2 && !first.HasExited)
            await Task.Delay(5);
        first.Terminate();
        first.Finish().Exit.Should().Be(130);
        await CompareWithRunOf(LogFiles.Count(log) - 1, log);
    }

    [Fact]
    public async Task Terminated_ends_as_ctrl_c_does_and_keeps_what_is_finished()
    {
        string log = At("log.tsv");
        using DdsProcess process = DdsProcess.Start(Arguments(log, images: 500));
        while (LogFiles.Count(log) < 3 && !process.HasExited)
            await Task.Delay(5);

        process.Terminate();

        (int exit, _, string error) = process.Finish();
        exit.Should().Be(130, error);
        error.Should().Contain("Stopped. To continue:").And.Contain("--resume");
        (_, _, string progress) = await Dds.RunAsync("merge", "--partial", log, "--out", At("so-far.tsv"));
        progress.Should().Contain("no process of this machine writes it");
    }

    [Fact]
    public async Task Settings_file_gives_all_workers_the_same_options_and_others_are_refused_by_name()
    {
        string settings = At("run.args"), other = At("other.args");
        File.WriteAllText(settings, "# the run of the paper's table\n--sigma 0.5\n--n0 10 --n 40\n--batch 10 --seed 11\n\n--max 4\n");
        File.WriteAllText(other, File.ReadAllText(settings).Replace("--n 40", "--n 50").Replace("0.5", "0.25"));

        (await Dds.RunAsync("certify", "@" + settings, "--shard", "1/2", "--out", At("1.tsv"))).Exit.Should().Be(0);
        (await Dds.RunAsync("certify", "@" + settings, "--shard", "2/2", "--out", At("2.tsv"))).Exit.Should().Be(0);
        (await Dds.RunAsync("certify", "@" + other, "--shard", "2/2", "--out", At("other.tsv"))).Exit.Should().Be(0);
        (await Dds.RunAsync("certify", "--sigma", "0.5", "--n0", "10", "--n", "40", "--batch", "10", "--seed", "11", "--max", "4", "--out",
            At("whole.tsv"))).Exit.Should().Be(0);

        (int exit, _, string error) = await Dds.RunAsync("merge", At("1.tsv"), At("other.tsv"), "--out", At("merged.tsv"));
        exit.Should().Be(1);
        error.Should().Contain(At("other.tsv")).And.Contain("sigma: there 0.5, now 0.25").And.Contain("n=50");
        (await Dds.RunAsync("merge", At("1.tsv"), At("2.tsv"), "--out", At("merged.tsv"))).Exit.Should().Be(0);
        LogFiles.Json(At("merged.tsv")).Should().Equal(LogFiles.Json(At("whole.tsv")));
    }

    [Fact]
    public async Task Settings_file_that_is_not_there_is_the_only_complaint()
    {
        (int exit, _, string error) = await Dds.RunAsync("certify", "@" + At("none.args"));

        exit.Should().Be(1);
        error.Trim().Should().Be($"There is no settings file '{At("none.args")}'.");
    }

    [Fact]
    public async Task Option_that_the_settings_file_has_cannot_be_given_once_more()
    {
        File.WriteAllText(At("run.args"), "--sigma 0.5\n--n 40\n");

        (int exit, _, string error) = await Dds.RunAsync("certify", "@" + At("run.args"), "--n", "50");

        exit.Should().Be(1);
        error.Should().Contain("--n");
    }

    private async Task CompareWithRunOf(int images, string log)
    {
        string whole = At("whole.tsv");
        (await Dds.RunAsync(Arguments(whole, images))).Exit.Should().Be(0);
        LogFiles.Table(log).Should().Equal(LogFiles.Table(whole));
    }

    private static string[] Arguments(string log, int images) =>
    [
        "certify", "--sigma", "0.5", "--n0", "5", "--n", "20", "--batch", "5", "--seed", "11", "--out", log, "--resume", "--max",
        $"{images}",
    ];

    private string At(string name) => Path.Combine(_folder, name);
}
