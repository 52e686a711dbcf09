using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Tool.Tests;

/// <summary>Certificates of mean scores from the command line: the log's life from the first line to its check.</summary>
public sealed class SoftVerbTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dds-soft-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("bernstein", "--beta", "16")]
    [InlineData("pixeldp-scores", "--beta", "4")]
    public async Task Certify_by_mean_scores_resumes_verifies_and_is_analysed(string certifier, params string[] beta)
    {
        string[] command = ["certify", "--sigma", "0.25", "--certifier", certifier, .. beta, "--n0", "8", "--n", "120", "--alpha", "0.05",
            "--batch", "40", "--seed", "3"];
        string whole = At("whole.tsv"), stopped = At("stopped.tsv");
        (await Run([.. command, "--max", "2", "--out", whole])).Should().Contain($"{certifier} n0=8 n=120");
        // What a kill after the first line would leave.
        foreach ((string end, int lines) in new[] { ("", 2), (".jsonl", 1) })
            File.WriteAllLines(stopped + end, File.ReadLines(whole + end).Take(lines));
        File.Copy(whole + ".meta.json", stopped + ".meta.json");
        await Run([.. command, "--max", "2", "--out", stopped, "--resume"]);

        CertificationLogEntry[] entries = [.. CertificationLogEntry.ReadAll(whole)];
        entries.Select(its => its.Soft! with { Provenance = null }).Should()
            .Equal(CertificationLogEntry.ReadAll(stopped).Select(its => its.Soft! with { Provenance = null }));
        entries.Should().HaveCount(2).And.OnlyContain(its => its.Certificate == null && its.Soft!.N == 120);
        entries.Should().Contain(its => its.Soft!.Radius > 0);
        (await Run("verify", whole)).Should().Contain("2 lines").And.NotContain("overstated");
        (await Run("analyze", whole)).Should().Contain("0.25");
        (int exit, _, string error) = await Dds.RunAsync("verify", whole, "--redraw", "1");
        exit.Should().Be(1);
        error.Should().Contain("mean scores");
        (exit, string said, _) = await Dds.RunAsync("audit", whole, "--sigma", "0.25", "--n", "120", "--alpha", "0.05");
        exit.Should().Be(2, said);

        // A radius that someone raised a little.
        CertificationLogEntry raised = entries.First(its => its.Soft!.Radius > 0);
        string radius = Text(raised.Soft!.Radius), more = Text(raised.Soft!.Radius * 1.00001);
        File.WriteAllText(whole + ".jsonl", File.ReadAllText(whole + ".jsonl").Replace($"\"radius\":{radius}", $"\"radius\":{more}"));
        (exit, string found, _) = await Dds.RunAsync("verify", whole + ".jsonl");
        exit.Should().Be(1, found);
    }

    [Fact]
    public async Task Log_with_an_abstention_is_verified_analysed_reported_and_resumed()
    {
        string log = At("open.tsv");
        string[] command = ["certify", "--sigma", "0.5", "--certifier", "bernstein", "--n0", "4", "--n", "8", "--batch", "8", "--seed", "3",
            "--max", "2", "--out", log];
        await Run(command);
        CertificationLogEntry.ReadAll(log).Should().HaveCount(2).And.OnlyContain(static its => its.Soft!.Label == null, "8 scores are few");

        (await Run("verify", log)).Should().Contain("2 lines, as the votes give");
        (await Run("analyze", log)).Should().Contain("0.5");
        await Run("report", log, "--out", At("report.html"));
        File.ReadAllText(At("report.html")).Should().Contain("bernstein").And.Contain("gets a mean score pA").And.Contain("grid-gaussian");
        await Run([.. command, "--resume"]);
    }

    [Theory]
    [InlineData("--beta belongs to --certifier bernstein", "certify", "--sigma", "0.5", "--beta", "2")]
    [InlineData("--budget and --target belong to --certifier sequential", "certify", "--sigma", "0.5",
        "--certifier", "bernstein", "--budget", "9")]
    [InlineData("takes --n0 from 1 and --n from 2", "certify", "--sigma", "0.5", "--certifier", "bernstein", "--n", "1")]
    [InlineData("one device", "certify", "--sigma", "0.5", "--certifier", "bernstein", "--n", "10", "--device", "cpu,cpu", "--max", "1")]
    [InlineData("this verb counts votes", "attack", "--sigma", "0.5", "--certifier", "bernstein", "--max", "1", "--out", "none.tsv")]
    public async Task Options_that_do_not_fit_are_refused(string message, params string[] args)
    {
        (int exit, _, string error) = await Dds.RunAsync(args);
        exit.Should().Be(1);
        error.ReplaceLineEndings(" ").Should().Contain(message);
    }

    private static string Text(double value) => value.ToString("R", System.Globalization.CultureInfo.InvariantCulture);

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private static async Task<string> Run(params string[] args)
    {
        (int exit, string output, string error) = await Dds.RunAsync(args);
        exit.Should().Be(0, error);
        return output;
    }
}
