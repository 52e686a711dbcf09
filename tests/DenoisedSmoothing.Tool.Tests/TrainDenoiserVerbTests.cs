using DenoisedSmoothing.Checkpoints;

namespace DenoisedSmoothing.Tool.Tests;

/// <summary>Objectives of one noise level; noise prediction is in <see cref="RunVerbsTests"/>.</summary>
public sealed class TrainDenoiserVerbTests : IDisposable
{
    private static readonly string[] s_small = ["--data", "bundled", "--split", "test", "--max", "8", "--batch", "2", "--sigma", "0.5"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dds-train-denoiser-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("mse", "dncnn")]
    [InlineData("stability", "dncnn")]
    [InlineData("classification", "fashion-mnist-small")]
    public async Task Every_objective_writes_a_denoiser_that_knows_its_level(string objective, string network)
    {
        string file = At("d.safetensors");
        (await Run(["train-denoiser", "--objective", objective, "--network", network, .. s_small, "--steps", "2", "--out", file])).Should()
            .Contain($"{objective} at sigma 0.5").And.Contain("step 2/2");

        await Run("evaluate", "--denoiser-file", file, "--sigma", "0.5", "--denoiser", "one-shot", "--max", "2", "--batch", "2");
        (int exit, _, string error) = await Dds.RunAsync("evaluate", "--denoiser-file", file, "--sigma", "0.25", "--denoiser", "one-shot",
            "--max", "2");
        exit.Should().Be(1);
        error.Should().Contain("was trained at").And.Contain(file);
        (exit, _, error) = await Dds.RunAsync("evaluate", "--denoiser-file", file, "--sigma", "0.5", "--timestep-scale", "0.25", "--max",
            "2");
        exit.Should().Be(1, "the file says another");
        error.Should().Contain("leave").And.Contain("out").And.Contain("--timestep-scale").And.Contain(file);
    }

    [Fact]
    public async Task A_score_network_serves_every_sigma_of_its_range_in_one_shot_and_by_many_steps()
    {
        string file = At("score.safetensors");
        string[] train = ["train-denoiser", "--objective", "score", "--network", "fashion-mnist-small", "--data", "bundled", "--split",
            "test", "--max", "8", "--batch", "2", "--sigma-range", "0.1..1.0", "--steps", "2"];
        (await Run([.. train, "--out", file])).Should().Contain("score matching at 50 levels, sigma 0.1 to 1").And.Contain("step 2/2");

        string[] few = ["--denoiser-file", file, "--max", "2", "--batch", "2"];
        (await Run(["evaluate", .. few, "--sigma", "0.25,0.5", "--denoiser", "one-shot,map,langevin", "--steps", "2", "--level-steps", "1",
            "--level-pace", "0.5"])).Should().Contain("langevin");
        await Run(["evaluate", .. few, "--sigma", "0.5", "--denoiser", "one-shot", "--precision", "bfloat16"]);
        string log = At("log.tsv");
        await Run(["certify", .. few, "--sigma", "0.5", "--n", "10", "--n0", "2", "--denoiser", "langevin", "--steps", "2", "--out", log]);
        (await File.ReadAllTextAsync(log + ".meta.json")).Should()
            .Contain("langevin(levels=2;smallest=0.1;steps=5;epsilon=0.003;score(0.1..1;");
        using (SafetensorsFile weights = SafetensorsFile.Open(file))
            weights.Entries.Should().OnlyContain(entry => entry.Name.StartsWith("score.", StringComparison.Ordinal));
        await Run([.. train, "--from", file, "--out", At("more.safetensors")]);

        await Refused("trained at sigma 0.1 to 1, and 0.05 is outside", "evaluate", "--sigma", "0.05");
        await Refused("trained at sigma 0.1 to 1, and 1.5 is outside", "evaluate", "--sigma", "1.5");
        await Refused("by map and langevin", "evaluate", "--sigma", "0.5", "--denoiser", "heun");
        await Refused("leave --schedule out", "evaluate", "--sigma", "0.5", "--schedule", "linear");

        async Task Refused(string message, params string[] args)
        {
            (int exit, _, string error) = await Dds.RunAsync([.. args, .. few]);
            exit.Should().Be(1);
            error.Should().Contain(message);
        }
    }

    [Fact]
    public async Task A_denoiser_goes_on_from_anothers_weights_in_front_of_several_classifiers()
    {
        await Run(["train-denoiser", "--objective", "mse", "--network", "dncnn", .. s_small, "--steps", "1", "--out", At("a.safetensors")]);
        foreach (string name in new[] { "one", "two" })
            await Run(["train-classifier", "--data", "bundled", "--split", "test", "--max", "4", "--batch", "2", "--recipe", "quick",
                "--sigma", "0.5", "--steps", "1", "--out", At(name + ".safetensors")]);

        string[] command = ["train-denoiser", "--objective", "stability", "--network", "dncnn", .. s_small, "--steps", "2",
            "--surrogates", $"{At("one.safetensors")},{At("two.safetensors")}", "--out", At("b.safetensors")];
        await Run([.. command, "--from", At("a.safetensors")]);

        (int exit, _, string error) = await Dds.RunAsync([.. command[..^4], "--out", At("b.safetensors"), "--from", At("a.safetensors")]);
        exit.Should().Be(1, "the bundled classifier is another setting");
        error.Should().Contain("surrogates");
    }

    [Theory]
    [InlineData("trains for one noise level", "--objective", "mse", "--sigma", "0.25,0.5")]
    [InlineData("trains for one noise level", "--objective", "stability")]
    [InlineData("choose another --objective", "--network", "dncnn")]
    [InlineData("choose another --objective", "--objective", "score", "--network", "dncnn", "--sigma-range", "0.1..1")]
    [InlineData("name it with --sigma-range", "--objective", "score", "--sigma", "0.5")]
    [InlineData("name it with --sigma-range", "--objective", "score", "--sigma-range", "0..1")]
    [InlineData("without classifiers", "--objective", "mse", "--sigma", "0.5", "--surrogates", "a.safetensors")]
    [InlineData("There is no file 'a.safetensors'", "--objective", "stability", "--sigma", "0.5", "--surrogates", "a.safetensors")]
    public async Task Options_that_do_not_fit_are_refused(string message, params string[] args)
    {
        (int exit, _, string error) = await Dds.RunAsync(["train-denoiser", "--out", At("x.safetensors"), .. args]);

        exit.Should().Be(1);
        error.Should().Contain(message).And.NotContain("   at ");
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private static async Task<string> Run(params string[] args)
    {
        (int exit, string output, string error) = await Dds.RunAsync(args);
        exit.Should().Be(0, "{0} {1}", output, error);
        return output;
    }
}
