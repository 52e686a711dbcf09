using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace DenoisedSmoothing.Tool.Tests;

/// <summary>The verbs that load models, on a few bundled images.</summary>
public sealed class RunVerbsTests : IDisposable
{
    private static readonly string[] s_small = ["--sigma", "0.5", "--n0", "5", "--n", "20", "--batch", "5", "--seed", "11", "--max", "4"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dds-runs-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("certify")]
    [InlineData("predict")]
    public async Task Shards_merged_are_the_single_run(string verb)
    {
        // Predictions of cohen have no selection.
        string[] small = verb == "certify" ? s_small : [.. s_small[..2], .. s_small[4..]];
        await Run([verb, .. small, "--out", At("whole.tsv")]);
        foreach (int shard in new[] { 1, 2, 3 })
            await Run([verb, .. small, "--out", At($"{shard}.tsv"), "--shard", $"{shard}/3"]);

        await Run("merge", At("2.tsv"), At("3.tsv"), At("1.tsv"), "--out", At("made/for/it/merged.tsv"));
        await Run("merge", At("2.tsv"), At("3.tsv"), At("1.tsv"), "--out", At("merged.tsv"));

        LogFiles.Table(At("merged.tsv")).Should().Equal(LogFiles.Table(At("whole.tsv")));
        LogFiles.Json(At("merged.tsv")).Should().Equal(LogFiles.Json(At("whole.tsv")));
        JsonObject merged = JsonNode.Parse(LogFiles.Meta(At("merged.tsv")))!.AsObject(), whole =
            JsonNode.Parse(LogFiles.Meta(At("whole.tsv")))!.AsObject();
        merged["notes"]!.AsObject().Remove("merged").Should().BeTrue();
        JsonNode.DeepEquals(merged, whole).Should().BeTrue("{0} should be {1}", merged, whole);
    }

    [Fact]
    public async Task Verify_redraw_draws_the_votes_of_a_log_again_and_finds_forged_ones()
    {
        // Much noise: the votes are spread, so that other noise gives other votes.
        await Run(["certify", .. s_small[2..], "--sigma", "1", "--out", At("log.tsv")]);

        (int exit, string output, _) = await Dds.RunAsync("verify", At("log.tsv"), "--redraw", "1");
        (exit, output).Should().Be((0, output))
            .And.Match<(int, string Output)>(both => both.Output.Contains("100 votes of 4 certificates"));
        (await Dds.RunAsync("verify", At("log.tsv"), "--redraw", "0.01")).Output.Should().Contain("25 votes of 1 certificates");
        (await Dds.RunAsync("verify", At("log.tsv"), "--redraw", "1", "--denoiser", "none")).Exit.Should().Be(2);
        (await Dds.RunAsync("verify", At("log.tsv"), "--redraw", "1.5")).Error.Should().Contain("--redraw");

        // Another seed gives other votes; everything that follows from the votes is still in order.
        string json = At("log.tsv.jsonl");
        File.WriteAllText(json, File.ReadAllText(json).Replace("\"seed\":\"11\"", "\"seed\":\"12\""));
        File.Delete(At("log.tsv.meta.json"));
        (await Dds.RunAsync("verify", At("log.tsv"))).Exit.Should().Be(0);
        (exit, output, _) = await Dds.RunAsync("verify", At("log.tsv"), "--redraw", "1");
        exit.Should().Be(1);
        output.Should().Contain("estimationVotes:").And.MatchRegex("[1-4] certificates differ");
    }

    [Fact]
    public async Task Verify_stopped_after_a_finding_ends_as_one_with_findings()
    {
        await Run(["certify", .. s_small[2..], "--sigma", "1", "--out", At("log.tsv")]);
        string json = At("log.tsv.jsonl");
        File.WriteAllText(json, File.ReadAllText(json).Replace("\"seed\":\"11\"", "\"seed\":\"12\""));
        File.Delete(At("log.tsv.meta.json"));

        (await StoppedAt("  image ")).Should().Be(1);
        (await StoppedAt("4 lines, as the votes give")).Should().Be(130, "nothing was found before");

        async Task<int> StoppedAt(string text)
        {
            using CancellingWriter output = new(text);
            using StringWriter error = new();
            int exit = await CommandLine.RunAsync(
                ["verify", At("log.tsv"), "--redraw", "1"], new() { Output = output, Error = error }, output.Token);
            output.ToString().Should().NotContain("certificates differ", "it was stopped");
            error.ToString().Should().StartWith("Stopped.");
            return exit;
        }
    }

    [Fact]
    public async Task Certify_in_l1_draws_uniform_noise_and_every_verb_says_so()
    {
        await Run(["certify", .. s_small, "--norm", "l1", "--out", At("l1.tsv")]);
        await Run(["predict", .. s_small[..2], .. s_small[4..], "--norm", "l1"]);

        JsonNode line = JsonNode.Parse(File.ReadAllLines(At("l1.tsv.jsonl"))[0])!;
        ((string)line["certificate"]!["norm"]!, (string)line["certificate"]!["provenance"]!["noise"]!)
            .Should().Be(("l1", "philox4x32-10/uniform/1"));
        (await Dds.RunAsync("verify", At("l1.tsv"), "--redraw", "1")).Exit.Should().Be(0);
        (await Dds.RunAsync("audit", At("l1.tsv"))).Exit.Should().Be(2);
        (int exit, string output, _) = await Dds.RunAsync("analyze", At("l1.tsv"), "--plot", At("l1.svg"), "--radii", "0,0.5,1,2");
        // Twenty of twenty votes at alpha .001 show pA of .707946: 2 lambda (pA - 1/2), lambda = sqrt(3)/2.
        (exit, output).Should().Match<(int Exit, string Output)>(said => said.Exit == 0 && said.Output.Contains("% at l1 radius")
            && said.Output.Contains("Largest possible radius 0.3601") && said.Output.Contains("radii are lengths in l1"));
        File.ReadAllText(At("l1.svg")).Should().MatchRegex(@">\s*l1 radius\s*<").And.MatchRegex(@">\s*l1 \(l1\)\s*<");

        (exit, _, string error) = await Dds.RunAsync(["certify", .. s_small, "--out", At("l1.tsv"), "--resume"]);
        (exit, error).Should().Match<(int Exit, string Error)>(said =>
            said.Exit == 1 && said.Error.Contains("noise: there philox4x32-10/uniform"));
        await Run(["certify", .. s_small, "--out", At("l2.tsv")]);
        (exit, _, error) = await Dds.RunAsync("analyze", At("l1.tsv"), At("l2.tsv"), "--envelope");
        (exit, error).Should().Match<(int Exit, string Error)>(said => said.Exit == 1 && said.Error.Contains("l2 and l1"));
        (await Dds.RunAsync("analyze", At("l1.tsv"), At("l2.tsv"), "--plot", At("both.svg"))).Exit.Should().Be(0);
        File.ReadAllText(At("both.svg")).Should().MatchRegex(@">\s*l2 or l1 radius\s*<").And.MatchRegex(@">\s*l2 \(l2\)\s*<")
            .And.MatchRegex(@">\s*l1 \(l1\)\s*<");
    }

    [Fact]
    public async Task Certify_refuses_to_resume_under_other_settings_and_names_them()
    {
        await Run(["certify", .. s_small, "--out", At("log.tsv")]);
        foreach ((string option, string value, string setting) in new[]
        {
            ("--sigma", "0.25", "sigma"), ("--n0", "6", "n0=6"), ("--n", "21", "n=21"), ("--alpha", "0.01", "alpha"),
                ("--batch", "20", "batch"), ("--seed", "12", "seed"),
            ("--max", "5", "max=5"), ("--start", "1", "start=1"), ("--skip", "2", "skip=2"), ("--on-corrupt", "skip", "corrupt=skip"),
                ("--certifier", "sequential", "method"),
            ("--denoiser", "none", "classifier"), ("--precision", "bfloat16", "precision"), ("--shard", "1/2", "shard"),
        })
        {
            List<string> args = ["certify", .. s_small, "--out", At("log.tsv"), "--resume"];
            if (option == "--certifier")
                args.RemoveRange(args.IndexOf("--n"), 2);
            if (args.IndexOf(option) is int at and > 0)
                args[at + 1] = value;
            else
                args.AddRange([option, value]);

            (int exit, _, string error) = await Dds.RunAsync([.. args]);

            exit.Should().Be(1, option);
            error.Should().Contain("other settings", option).And.Contain(setting, option);
        }

        await Run(["certify", .. s_small, "--out", At("log.tsv"), "--resume"]);
        File.ReadAllLines(At("log.tsv")).Should().HaveCount(5);
        (await Dds.RunAsync(["certify", .. s_small, "--out", At("log.tsv")])).Error.Should().Contain("will not be overwritten");
    }

    [Fact]
    public async Task Certify_without_a_log_prints_a_line_an_image()
    {
        string output = await Run(["certify", .. s_small]);

        output.Split('\n').Count(line => line.Contains("/20 votes  ", StringComparison.Ordinal)
            && line.TrimEnd().EndsWith(" s", StringComparison.Ordinal)).Should().Be(4);
        output.Should().Contain("4 images: certified accuracy r=0:");
    }

    [Fact]
    public async Task Certify_prints_radii_cut_and_never_above_the_logged_ones()
    {
        string[] six = [.. s_small[..^1], "6"];
        await Run(["certify", .. six, "--out", At("log.tsv")]);

        string output = await Run(["certify", .. six]);

        Dictionary<int, double> logged = LogFiles.Table(At("log.tsv"))[1..].Select(line => line.Split('\t'))
            .ToDictionary(fields => int.Parse(fields[0], CultureInfo.InvariantCulture), fields =>
                double.Parse(fields[3], CultureInfo.InvariantCulture));
        double[] cut = [.. Regex.Matches(output, @"^ *(\d+) .* radius (\d+\.\d+) ", RegexOptions.Multiline).Select(match =>
            logged[int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)] - double.Parse(match.Groups[2]
                .Value, CultureInfo.InvariantCulture))];
        cut.Should().HaveCountGreaterThan(3).And.OnlyContain(rest => rest >= 0 && rest < .001);
        cut.Should().Contain(rest => rest > .0005, "some of them would be rounded up");
    }

    [Fact]
    public async Task Certify_of_images_that_do_not_fit_the_models_says_so()
    {
        // 19x22 pixels in three channels, for a pair that takes 28x28 grey ones.
        string folder = Directory.CreateDirectory(At("images/class")).FullName;
        File.Copy(Path.Combine(Testing.Golden.PathOf("datasets"), "pictures", "rgb.png"), Path.Combine(folder, "rgb.png"));

        (int exit, _, string error) = await Dds.RunAsync(["certify", .. s_small, "--data", "folder", "--data-path", At("images")]);

        exit.Should().Be(1);
        error.Should().Contain("grey 28x28 images; yours are 3x19x22").And.NotContain("frame #");
    }

    [Fact]
    public async Task Predict_without_a_seed_publishes_none()
    {
        await Run("predict", "--sigma", "0.5", "--n", "40", "--batch", "10", "--max", "2", "--out", At("p.tsv"));

        JsonNode.Parse(LogFiles.Meta(At("p.tsv")))!["settings"]!.AsObject().Should().NotContainKey("seed");
        LogFiles.Json(At("p.tsv")).Should().HaveCount(3, "two images and the end")
            .And.OnlyContain(line => !line.Contains("seed", StringComparison.OrdinalIgnoreCase));
        LogFiles.Table(At("p.tsv"))[0].Should().StartWith("idx\tlabel\tpredict\tcorrect");
    }

    [Fact]
    public async Task Evaluate_writes_counts_and_standard_errors()
    {
        string output = await Run("evaluate", "--sigma", "0.25,0.5", "--max", "50", "--batch", "25", "--out", At("e.tsv"));

        string[][] rows = [.. File.ReadAllLines(At("e.tsv")).Select(line => line.Split('\t'))];
        rows[0].Should().Equal("strategy", "sigma", "images", "correct", "accuracy", "standard_error", "seconds");
        rows[1..].Select(row => $"{row[0]} {row[1]} {row[2]}").Should()
            .Equal("clean 0 50", "one-shot 0.25 50", "none 0.25 50", "one-shot 0.5 50", "none 0.5 50");
        double[] accuracies = [.. rows[1..].Select(row => double.Parse(row[4], System.Globalization.CultureInfo.InvariantCulture))];
        for (int row = 1; row < rows.Length; row++)
            accuracies[row - 1].Should().BeApproximately(double.Parse(rows[row][3], System.Globalization.CultureInfo.InvariantCulture) / 50,
                1e-6);
        // docs/training.md, over 10,000 images: 93.6% clean, 82.7% denoised and 20.0% noisy at sigma 0.5; 50 images have standard errors of
        // 3 to 6 points.
        accuracies[0].Should().BeGreaterThan(0.82);
        accuracies[3].Should().BeGreaterThan(0.60);
        accuracies[4].Should().BeLessThan(0.45);
        output.Should().Contain("50 images").And.Contain("without noise");
        (int exit, _, string error) = await Dds.RunAsync("evaluate", "--max", "2", "--out", At("e.tsv"));
        exit.Should().Be(1);
        error.Should().Contain("is there already and will not be overwritten");
        File.ReadAllLines(At("e.tsv")).Should().HaveCount(rows.Length);
    }

    [Fact]
    public async Task Train_denoiser_writes_a_file_that_knows_its_levels()
    {
        string file = At("small.safetensors");
        await Run("train-denoiser", "--network", "fashion-mnist-small", "--sigma", "0.5", "--data", "bundled", "--split", "test", "--max",
            "20", "--steps", "2", "--batch", "4", "--out", file);

        await Run("evaluate", "--denoiser-file", file, "--sigma", "0.5", "--denoiser", "one-shot", "--max", "4", "--batch", "4");
        (int exit, _, string error) = await Dds.RunAsync("evaluate", "--denoiser-file", file, "--sigma", "0.25", "--denoiser", "one-shot",
            "--max", "4");

        exit.Should().Be(1);
        error.Should().Contain("was trained at the timesteps").And.Contain("one-shot at sigma 0.25");
        (await Dds.RunAsync("evaluate", "--denoiser-file", file, "--sigma", "0.5", "--denoiser", "heun", "--max", "4")).Error.Should()
            .Contain("all timesteps up to");
    }

    [Fact]
    public async Task Finetune_writes_a_classifier_that_the_other_verbs_load_and_differs_from_the_pairs()
    {
        string file = At("tuned.safetensors");
        await Run("finetune", "--sigma", "0.5", "--data", "bundled", "--split", "test", "--max", "20", "--steps", "2", "--batch", "4",
            "--out", file);
        await Run(["certify", .. s_small, "--classifier-file", file, "--out", At("tuned.tsv")]);

        (int exit, _, string error) = await Dds.RunAsync(["certify", .. s_small, "--out", At("tuned.tsv"), "--resume"]);

        exit.Should().Be(1);
        error.Should().Contain("classifier");
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private static async Task<string> Run(params string[] args)
    {
        (int exit, string output, string error) = await Dds.RunAsync(args);
        exit.Should().Be(0, "{0} {1}", output, error);
        return output;
    }
}
