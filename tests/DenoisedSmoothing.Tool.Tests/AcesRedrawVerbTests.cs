using DenoisedSmoothing.Aces;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Tool.Tests;

/// <summary>Rows of aces whose votes the verb verify draws again.</summary>
public sealed class AcesRedrawVerbTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dds-aces-redraw-");

    private string Rows => At("rows.tsv");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Honest_rows_are_drawn_the_same_and_a_moved_vote_is_found()
    {
        await Aces("--threshold", "0.4");

        (int exit, string output) = await Verify("--threshold", "0.4");
        (exit, output).Should().Be((0, output)).And.Match<(int, string Output)>(both => both.Output.Contains("4 lines, as the votes give.")
            && both.Output.Contains("200 votes of 4 rows drawn again, the same."));
        (await Verify("--threshold", "0.4", "--redraw", "0.001")).Output.Should().Contain("50 votes of 1 rows");

        AcesRow[] rows = [.. AcesLog.ReadAll(Rows)];
        File.WriteAllLines(Rows, [AcesRow.Header, .. rows.Select((row, place) => (place == 2 ? Forged(row) : row).ToString())]);
        (await Dds.RunAsync("verify", Rows)).Exit.Should().Be(0, "bounds, radii and answer follow from the votes");
        (exit, output) = await Verify("--threshold", "0.4");
        (exit, output).Should().Be((1, output)).And.Match<(int, string Output)>(both =>
            both.Output.Contains($"image {rows[2].Index}: certified.estimationVotes: ") && both.Output.Contains("1 rows differ."));
    }

    [Fact]
    public async Task Trained_selector_and_core_of_their_own_are_drawn_by_the_options_that_aces_takes()
    {
        ConstantNetwork.Write(At("selector.safetensors"), left: 1, selected: 2, radius: 0.25);
        ConstantNetwork.Write(At("another.safetensors"), left: 1, selected: 3, radius: 0.25);
        ConstantNetwork.Write(At("core.safetensors"), left: 0, selected: 9, classes: 10);
        ConstantNetwork.Write(At("other-core.safetensors"), left: 9, selected: 0, classes: 10);
        string[] models = ["--selector-file", At("selector.safetensors"), "--core-file", At("core.safetensors")];
        await Aces(models);

        (int exit, string output) = await Verify(models);
        (exit, output).Should().Be((0, output)).And.Match<(int, string Output)>(both => both.Output.Contains("drawn again, the same."));
        (exit, output) = await Verify("--selector-file", At("another.safetensors"), "--core-file", At("core.safetensors"));
        (exit, output).Should().Be((2, output)).And.Match<(int, string Output)>(both => both.Output.Contains("selected.baseClassifier: "));
        (exit, output) = await Verify([.. models[..2], "--core-file", At("other-core.safetensors")]);
        (exit, output).Should().Be((2, output)).And.Match<(int, string Output)>(both => both.Output.Contains(": core: "));
        (exit, output) = await Verify([.. models, "--denoiser", "one-shot"]);
        (exit, output).Should().Be((2, output)).And.Match<(int, string Output)>(both => both.Output.Contains("certified.baseClassifier: "));

        await Refused("selected by trained(0.25), and the options here say entropy<=0.5", [.. Redraw, .. models[2..]]);
        await Refused("name it with --core-file", [.. Redraw, .. models[..2]]);
    }

    [Fact]
    public async Task Options_of_rows_are_refused_where_there_are_none()
    {
        await Aces();
        File.WriteAllText(At("log.tsv"), "idx\tlabel\tpredict\tradius\tcorrect\ttime\n");

        await Refused("--threshold is for votes of rows of dds aces that are drawn again: add --redraw",
            ["verify", Rows, "--threshold", "1"]);
        await Refused("--core-file is for rows of dds aces, and ", ["verify", At("log.tsv"), "--redraw", "1", "--core-file", "x.pt"]);
        await Refused("selected by entropy<=0.5, and the options here say entropy<=0.6", [.. Redraw, "--threshold", "0.6"]);
        await Refused("Either --threshold selects", [.. Redraw, "--threshold", "0.5", "--selector-file", "x.pt"]);
        await Refused("do not say 'core'", [.. Redraw], meta =>
        {
            Dictionary<string, string> settings = new(meta.Settings);
            settings.Remove("core");
            return meta with { Settings = settings };
        });
    }

    [Fact]
    public async Task Rows_of_another_seed_or_data_set_are_found()
    {
        await Aces();
        CertificationLogMeta honest = CertificationLogMeta.Find(Rows)!;

        With("seed", "2");
        (int exit, string output) = await Verify();
        exit.Should().Be(1, output);
        output.Should().Contain("estimationVotes: ").And.Contain("rows differ.");
        With("data", "others");
        (exit, output) = await Verify();
        exit.Should().Be(2, output);
        output.Should().Contain(": data: others was answered").And.Contain("0 votes of 4 rows");

        void With(string name, string value) =>
            (honest with { Settings = new Dictionary<string, string>(honest.Settings) { [name] = value } }).Write(Rows);
    }

    private string[] Redraw => ["verify", Rows, "--redraw", "1", "--denoiser", "none"];

    /// <summary>What an honest certifier makes of one estimation vote of the certification model moved away from its label.</summary>
    private static AcesRow Forged(AcesRow row)
    {
        CohenCertifier certifier = new(5, 20, .05);
        long[] moved = row.CertifiedBy!.EstimationVotes.AsSpan().ToArray();
        int from = Array.IndexOf(moved, moved.Max());
        (moved[from], moved[(from + 1) % 10]) = (moved[from] - 1, moved[(from + 1) % 10] + 1);
        return AcesRow.Of(row.Index, row.Label, AcesCertificate.Of(
            Certified(row.SelectedBy!.SelectionVotes, row.SelectedBy.EstimationVotes),
            Certified(row.CertifiedBy.SelectionVotes, new VoteCounts(moved)), row.CoreLabel), row.Selection);

        Certificate Certified(VoteCounts first, VoteCounts then)
        {
            IVoteTest<Certificate> test = certifier.Certify(first.ClassCount, new GridGaussianRule(1, 784));
            test.Observe(first);
            test.Observe(then);
            return test.Result;
        }
    }

    // Much noise: the votes are spread, so that other noise gives other votes.
    private async Task Aces(params string[] more)
    {
        (int exit, string output, string error) = await Dds.RunAsync(["aces", "--sigma", "1", "--max", "4", "--skip", "20", "--n0", "5",
            "--n", "20", "--batch", "10", "--seed", "1", "--alpha", "0.1", "--denoiser", "none", "--out", Rows, .. more]);
        exit.Should().Be(0, "{0} {1}", output, error);
    }

    private async Task<(int Exit, string Output)> Verify(params string[] more)
    {
        (int exit, string output, string error) = await Dds.RunAsync(
            [.. more.Contains("--redraw") ? ["verify", Rows] : Redraw[..4], .. more.Contains("--denoiser") ? [] : Redraw[4..], .. more]);
        return (exit, output + error);
    }

    private async Task Refused(string message, string[] command, Func<CertificationLogMeta, CertificationLogMeta>? forge = null)
    {
        if (forge is not null)
            forge(CertificationLogMeta.Find(Rows)!).Write(Rows);
        (int exit, string output, string error) = await Dds.RunAsync(command);
        exit.Should().Be(1, "{0}", output);
        error.ReplaceLineEndings(" ").Should().Contain(message).And.NotContain("   at ");
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);
}
