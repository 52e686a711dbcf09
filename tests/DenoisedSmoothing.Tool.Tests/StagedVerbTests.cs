using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Tool.Tests;

public sealed class StagedVerbTests : IDisposable
{
    private static readonly string[] s_small =
        ["certify", "--sigma", "0.5", "--denoiser", "none", "--certifier", "staged", "--max", "4", "--batch", "50", "--alpha", "0.1"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dds-staged-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Staged_logs_are_resumed_verified_drawn_again_and_analysed()
    {
        string log = Path.Combine(_folder.FullName, "log.tsv");
        string[] command = [.. s_small, "--target", "0.25", "--stages", "20,60,200", "--give-up", "0.001", "--n0", "10", "--out", log];
        (await Dds.RunAsync([.. command, "--seed", "3"])).Exit.Should().Be(0);

        CertificationLog.Read(log).Method!.ToString().Should()
            .Be("staged radius=0.25 n0=10 stages=20,60,200 alpha=0.1 giveup=0.001 predict=1000 version=1");
        Certificate[] certificates = [.. CertificationLogEntry.ReadAll(log).Select(entry => entry.Certificate!)];
        certificates.Should().HaveCount(4).And.OnlyContain(its => its.N == 20 || its.N == 60 || its.N == 200);
        certificates.Should().Contain(its => its.N > 20, "redrawing has to begin behind the first stage");
        (int exit, string output, _) = await Dds.RunAsync("verify", log, "--denoiser", "none", "--redraw", "1");
        exit.Should().Be(0, output);
        (await Dds.RunAsync("analyze", log)).Exit.Should().Be(0);
        (exit, output, string error) = await Dds.RunAsync([.. command, "--resume"]);
        (exit, error).Should().Be((0, ""), output);
        (await Dds.RunAsync([.. command[..^6], "--out", log, "--resume"])).Error.Should().Contain("method: there staged radius=0.25");
    }

    [Theory]
    [InlineData("--certifier staged decides one radius: name it with --target.")]
    [InlineData("--certifier staged decides one radius: name it with --target.", "--target", "0.25,0.5")]
    [InlineData("--n and --budget belong to other certifiers", "--target", "0.25", "--n", "100")]
    [InlineData("--stages takes numbers of votes", "--target", "0.25", "--stages", "10,10")]
    [InlineData("--stages takes numbers of votes", "--target", "0.25", "--stages", "10,x")]
    [InlineData("A radius of 2 under", "--target", "2", "--stages", "10,20")]
    public async Task Options_that_do_not_fit_are_refused(string message, params string[] more)
    {
        (int exit, _, string error) = await Dds.RunAsync([.. s_small, .. more]);

        exit.Should().Be(1);
        error.ReplaceLineEndings(" ").Should().Contain(message).And.NotContain("   at ");
    }

    [Fact]
    public async Task A_radius_that_the_votes_cannot_reach_is_refused_before_there_is_a_log()
    {
        string log = Path.Combine(_folder.FullName, "far.tsv");

        (int exit, _, string error) = await Dds.RunAsync([.. s_small, "--target", "2", "--stages", "10,20", "--seed", "1", "--out", log]);

        exit.Should().Be(1);
        error.ReplaceLineEndings(" ").Should().Contain("A radius of 2 under").And.Contain("ask for a smaller radius");
        _folder.GetFiles().Should().BeEmpty();
    }

    [Fact]
    public async Task Options_of_staged_are_refused_with_others() =>
        (await Dds.RunAsync("certify", "--sigma", "0.5", "--stages", "10,20")).Error.Should()
            .Contain("--stages and --give-up belong to --certifier staged");
}
