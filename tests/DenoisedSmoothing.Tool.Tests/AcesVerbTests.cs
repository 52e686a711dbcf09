using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Tool.Tests;

public sealed class AcesVerbTests : IDisposable
{
    private static readonly string[] s_small =
        ["aces", "--sigma", "0.25", "--max", "4", "--skip", "20", "--n0", "5", "--n", "20", "--batch", "10", "--seed", "1",
            "--alpha", "0.1"];

    private static readonly string[] s_fast = [.. s_small, "--denoiser", "none"];

    private const int SelectionColumn = 11;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dds-aces-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Threshold_1_certifies_as_certify_does_and_0_leaves_everything_to_the_core()
    {
        string[][] all = await RowsOf("1", "--denoiser", "one-shot"), none = await RowsOf("0");

        all.Should().OnlyContain(row => row[4] == "Certified" || row[4] == "Abstained").And.Contain(row => row[4] == "Certified");
        all.Should().OnlyContain(row => row[4] != "Certified" || row[2] == row[9]);
        none.Should().OnlyContain(row => row[4] == "Core" && row[2] == row[6] && row[3] == "0");
        all.Select(row => row[0]).Should().Equal("0", "20", "40", "60");
    }

    [Fact]
    public async Task Options_that_do_not_fit_are_refused()
    {
        (await Dds.RunAsync([.. s_small, "--out", At("x.tsv"), "--core-network", "resnet20"])).Error.Should().Contain("name that file");
        (await Dds.RunAsync([.. s_small, "--out", At("x.tsv"), "--threshold", "1.5"])).Error.Should()
            .Contain("--threshold must be from 0 to 1");
        (await Dds.RunAsync([.. s_small[..^2], "--out", At("x.tsv"), "--alpha", "1e-100"])).Error.Should()
            .Contain("--alpha must be at least 2e-100");
        (await Dds.RunAsync([.. s_small, "--out", At("x.tsv"), "--tf32"])).Error.Should().Contain("--device cuda");
        File.WriteAllText(At("kept.tsv"), "of before");
        (int exit, _, string error) = await Dds.RunAsync([.. s_small, "--out", At("kept.tsv")]);
        (exit, File.ReadAllText(At("kept.tsv"))).Should().Be((1, "of before"));
        error.Should().Contain("will not be overwritten");
    }

    [Fact]
    public async Task Selectors_of_two_classes_take_the_place_of_the_entropy()
    {
        ConstantNetwork.Write(At("all.safetensors"), left: 0, selected: 9, radius: 0.25);
        ConstantNetwork.Write(At("none.safetensors"), left: 9, selected: 0);

        string said = await Run("--selector-file", At("all.safetensors"), "--out", At("all.tsv"));
        await Run("--selector-file", At("none.safetensors"), "--selector-network", "lenet", "--out", At("none.tsv"));

        string[][] all = Rows(At("all.tsv")), none = Rows(At("none.tsv")), entropy = await RowsOf("1");
        all.Select(Unsaid).Should().BeEquivalentTo(entropy.Select(Unsaid), "both certify everything, on one noise");
        none.Should().OnlyContain(row => row[4] == "Core" && row[2] == row[6]);
        string Said(string[][] rows) => rows[0][SelectionColumn];
        (Said(all), Said(none), Said(entropy)).Should().Be(("trained(0.25)", "trained", "entropy<=1"));
        said.Should().Contain($"selected by selector {At("all.safetensors")}, trained on what is certified at radius 0.25");
    }

    [Fact]
    public async Task Selectors_that_are_none_are_refused()
    {
        ConstantNetwork.Write(At("s.safetensors"), left: 0, selected: 9);
        ConstantNetwork.Write(At("three.safetensors"), left: 0, selected: 9, classes: 3);
        ConstantNetwork.Write(At("bare.safetensors"), left: 0, selected: 9, classes: 3, remarks: false);
        string[] command = [.. s_small, "--out", At("x.tsv")];

        await Refused("Either --threshold selects by the entropy of the answers, or --selector-file",
            [.. command, "--threshold", "0.5", "--selector-file", At("s.safetensors")]);
        await Refused("--selector-network says what --selector-file holds", [.. command, "--selector-network", "lenet"]);
        await Refused($"--selector-file {At("three.safetensors")} has 3 classes; a selector has two",
            [.. command, "--selector-file", At("three.safetensors")]);
        await Refused($"--selector-file {At("bare.safetensors")} cannot be loaded as a classifier of two classes",
            [.. command, "--selector-file", At("bare.safetensors"), "--selector-network", "lenet"]);
        await Refused("There is no file 'gone.safetensors'", [.. command, "--selector-file", "gone.safetensors"]);
        File.Exists(At("x.tsv")).Should().BeFalse();
    }

    [Fact]
    public async Task A_run_that_was_killed_goes_on_to_the_same_rows()
    {
        await Run("--out", At("whole.tsv"));
        string whole = File.ReadAllText(At("whole.tsv"));
        File.Exists(At("whole.tsv.lock")).Should().BeFalse("it is finished");
        string[] lines = whole.Split('\n');

        foreach (int kept in (int[])[0, 10, lines[0].Length + lines[1].Length + 7, whole.Length - 1])
        {
            string rows = At($"{kept}.tsv");
            File.WriteAllText(rows, whole[..kept]);
            File.Copy(At("whole.tsv.meta.json"), rows + ".meta.json");
            string said = await Unseeded("--out", rows, "--resume"); // without --seed: it is the one that the rows were begun with

            File.ReadAllText(rows).Should().Be(whole, "{0} bytes had been written", kept);
            said.Should().Contain("seed 1").And.Contain($"{4 - Math.Max(0, whole[..kept].Count(c => c == '\n') - 1)} of 4 images to do")
                .And.Contain("4 images, selected by entropy up to 0.5");
        }

        (await Run("--out", At("whole.tsv"), "--resume")).Should().Contain("0 of 4 images to do");
        File.ReadAllText(At("whole.tsv")).Should().Be(whole);
    }

    [Fact]
    public async Task A_fresh_seed_is_kept_for_the_runs_that_go_on()
    {
        string said = await Unseeded("--out", At("rows.tsv")), rows = File.ReadAllText(At("rows.tsv"));
        string seed = CertificationLogMeta.Find(At("rows.tsv"))!.Settings[CertificationLogMeta.SeedSetting];
        said.Should().Contain($"seed {seed}");
        File.WriteAllText(At("rows.tsv"), rows[..(rows.Length / 2)]);

        await Unseeded("--out", At("rows.tsv"), "--resume");

        File.ReadAllText(At("rows.tsv")).Should().Be(rows);
    }

    [Fact]
    public async Task A_stopped_run_says_how_it_goes_on()
    {
        string whole = string.Join('\n', (await RowsOf("0.5")).Select(row => string.Join('\t', row)));
        using CancellingWriter output = new("4 of 4 images to do");
        using StringWriter error = new();

        int exit = await CommandLine.RunAsync([.. s_fast, "--out", At("rows.tsv")], new() { Output = output, Error = error }, output.Token);

        exit.Should().Be(130);
        error.ToString().Should().MatchRegex(@"Stopped\. To continue:\s+dds aces .*--out \S*rows\.tsv --resume");
        await Run("--out", At("rows.tsv"), "--resume");
        string.Join('\n', Rows(At("rows.tsv")).Select(row => string.Join('\t', row))).Should().Be(whole);
    }

    [Fact]
    public async Task Rows_of_other_settings_or_of_another_process_are_not_continued()
    {
        ConstantNetwork.Write(At("s.safetensors"), left: 0, selected: 9);
        ConstantNetwork.Write(At("core.safetensors"), left: 0, selected: 9, classes: 10);
        await Run("--out", At("rows.tsv"));
        string rows = File.ReadAllText(At("rows.tsv"));
        string[] command = [.. s_fast, "--out", At("rows.tsv"), "--resume"];

        await Refused("selection: there entropy<=0.5, now entropy<=0.6", [.. command, "--threshold", "0.6"]);
        await Refused("selection: there entropy<=0.5, now trained", [.. command, "--selector-file", At("s.safetensors")]);
        await Refused("core: there ", [.. command, "--core-file", At("core.safetensors")]);
        foreach ((string option, string value, string name) in ((string, string, string)[])[("--sigma", "0.3", "sigma"),
            ("--n", "21", "method"), ("--alpha", "0.2", "alpha"), ("--batch", "30", "batch"), ("--seed", "2", "seed"),
            ("--max", "5", "rows")])
        {
            string[] other = [.. command];
            other[Array.IndexOf(other, option) + 1] = value;
            await Refused($"{name}: there ", other);
        }

        using (LogLock.Take(At("rows.tsv")))
            (await Dds.RunAsync(command)).Exit.Should().Be(75);
        File.ReadAllText(At("rows.tsv")).Should().Be(rows);
        File.WriteAllText(At("rows.tsv"), rows.Replace("Agreed", "Core"));
        await Refused("the answer is not what selection, label and core make of it", command);
        File.WriteAllText(At("rows.tsv"), rows.Replace("Agreed", "agreed"));
        await Refused("not a row as this program writes it", command);
        File.Delete(At("rows.tsv.meta.json"));
        await Refused("its settings are not known", command);
    }

    [Fact]
    public async Task Verify_recomputes_every_row_and_names_what_was_changed()
    {
        await Run("--threshold", "1", "--out", At("rows.tsv"));
        string rows = File.ReadAllText(At("rows.tsv"));
        (int exit, string output, string error) = await Dds.RunAsync("verify", At("rows.tsv"));
        exit.Should().Be(0, "{0} {1}", output, error);
        output.Should().Contain("4 lines, as the votes give.");

        string[] row = Rows(At("rows.tsv")).First(its => its[4] == "Certified");
        double larger = double.Parse(row[3], System.Globalization.CultureInfo.InvariantCulture) * 1.5;
        File.WriteAllText(At("rows.tsv"), rows.Replace(row[3], FormattableString.Invariant($"{larger:R}")));
        (exit, output, _) = await Dds.RunAsync("verify", At("rows.tsv"));
        exit.Should().Be(1);
        output.Should().Contain("overstated").And.Contain($"image {row[0]}: ").And.MatchRegex(@"(selected|certified)\.radius: ");

        File.WriteAllLines(At("rows.tsv"), rows.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => string.Join('\t', line.Split('\t')[..(SelectionColumn + 1)])));
        await Refused("hold no votes", ["verify", At("rows.tsv")]);
        await Refused("hold no votes", [.. s_fast, "--out", At("rows.tsv"), "--resume", "--threshold", "1"]);
    }

    private async Task<string[][]> RowsOf(string threshold, params string[] more)
    {
        string file = At($"entropy-{threshold}.tsv"), said = await Run(["--threshold", threshold, "--out", file, .. more]);
        said.Should().Contain("4 images").And.Contain("radius 0.25").And.Contain($"entropy up to {threshold}");
        return Rows(file);
    }

    private static string[] Unsaid(string[] row) => [.. row[..SelectionColumn], .. row[(SelectionColumn + 1)..]];

    private static string[][] Rows(string file) => [.. File.ReadAllLines(file).Skip(1).Select(line => line.Split('\t'))];

    private static async Task<string> Run(params string[] more)
    {
        (int exit, string output, string error) = await Dds.RunAsync([.. more.Contains("--denoiser") ? s_small : s_fast, .. more]);
        exit.Should().Be(0, "{0} {1}", output, error);
        return output;
    }

    private static async Task<string> Unseeded(params string[] more)
    {
        string[] unseeded = [.. s_fast.Where((_, i) => i != Array.IndexOf(s_fast, "--seed") && i != Array.IndexOf(s_fast, "--seed") + 1)];
        (int exit, string output, string error) = await Dds.RunAsync([.. unseeded, .. more]);
        exit.Should().Be(0, "{0} {1}", output, error);
        return output;
    }

    private static async Task Refused(string message, string[] command)
    {
        (int exit, string output, string error) = await Dds.RunAsync(command);
        exit.Should().Be(1, "{0}", output);
        error.ReplaceLineEndings(" ").Should().Contain(message).And.NotContain("   at ");
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);
}
