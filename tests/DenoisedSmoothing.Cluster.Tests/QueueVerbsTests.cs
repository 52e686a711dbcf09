using System.Text.Json.Nodes;
using DenoisedSmoothing.Tool.Tests;

namespace DenoisedSmoothing.Cluster.Tests;

/// <summary>The verbs of a queue, with the bundled models on a few images.</summary>
[Collection(QueueTests.Name)]
public sealed class QueueVerbsTests(QueuePlaces places)
{
    private static readonly string[] s_small = ["--sigma", "0.5", "--n", "20", "--batch", "5", "--max", "5"];

    [SkippableTheory]
    [InlineData(QueuePlaces.Sqlite, "certify")]
    [InlineData(QueuePlaces.Postgres, "predict")]
    public async Task Run_through_a_queue_is_the_log_of_the_single_run(string kind, string verb)
    {
        string queue = places.New(kind), whole = places.NewFile("whole.tsv"), log = places.NewFile("log.tsv");
        string[] options = [.. s_small, "--seed", "11", .. (verb == "certify" ? (string[])["--n0", "5"] : [])];
        await Run([verb, .. options, "--out", whole]);

        (await Run(["enqueue", "--queue", queue, "--run", "a", "--kind", verb, .. options])).Should().Contain("5 images, seed 11");
        (await Run("work", "--queue", queue)).Should().Contain("5 images here. Nothing is left.");
        await Run("collect", "--queue", queue, "--out", log);

        LogFiles.ShouldBeEqual(log, whole);
        JsonNode status = JsonNode.Parse(await Run("status", "--queue", queue, "--format", "json"))!;
        ((int)status["done"]!, (int)status["images"]!, (int)status["inWork"]!).Should().Be((5, 5, 0));
        (await Run("status", "--queue", queue)).Should().Contain("5 of 5 images done").And.Contain("5 images, left");
    }

    [Fact]
    public async Task Seed_is_drawn_once_and_kept_and_another_is_refused()
    {
        string queue = places.New(QueuePlaces.Sqlite);
        string[] enqueue = ["enqueue", "--queue", queue, "--run", "a", .. s_small];
        string drawn = SeedOf(await Run(enqueue));

        string again = await Run(enqueue);
        again.Should().Contain("was in already");
        SeedOf(again).Should().Be(drawn);
        (int exit, _, string error) = await Dds.RunAsync([.. enqueue, "--seed", "12"]);
        exit.Should().Be(1);
        error.Should().Contain($"seed: there {drawn}, now 12");

        (exit, _, error) = await Dds.RunAsync(["enqueue", "--queue", queue, "--run", "b", .. s_small, "--seed", "12"]);
        exit.Should().Be(0);
        error.Should().Contain("The run 'a' differs only in its seed");
        (exit, _, error) = await Dds.RunAsync("work", "--queue", queue);
        (exit, error).Should().Match<(int Exit, string Error)>(said => said.Exit == 1 && said.Error.Contains("--run, of a, b"));

        static string SeedOf(string output) => output.TrimEnd()[(output.LastIndexOf(' ') + 1)..];
    }

    [Fact]
    public async Task Worker_of_other_settings_is_refused_and_each_difference_named()
    {
        string queue = places.New(QueuePlaces.Sqlite);
        await Run(["enqueue", "--queue", queue, "--run", "a", .. s_small]);

        (int exit, _, string error) = await Dds.RunAsync("work", "--queue", queue, "--precision", "bfloat16");

        exit.Should().Be(1);
        error.Should().Contain($"precision: there {LibTorch.ArithmeticOn("cpu", "float32")}, now bfloat16")
            .And.Contain("classifier: there");
        (await Run("status", "--queue", queue)).Should().Contain("0 of 5 images done");
    }

    [Theory]
    [InlineData("--shard 1/2", "no option --shard")]
    [InlineData("--kind predict --target 0.5", "predict has no option --target")]
    [InlineData("--certifier sequential --n 5", "--n belongs to the other certifiers")]
    public async Task Enqueue_refuses_what_the_verb_would_refuse(string options, string expected)
    {
        (int exit, _, string error) = await Dds.RunAsync(
            ["enqueue", "--queue", places.New(QueuePlaces.Sqlite), "--run", "a", "--sigma", "0.5", .. options.Split(' ')]);
        exit.Should().Be(1);
        error.ReplaceLineEndings(" ").Should().Contain(expected);
    }

    private static async Task<string> Run(params string[] args)
    {
        (int exit, string output, string error) = await Dds.RunAsync(args);
        exit.Should().Be(0, "{0}", error);
        return output;
    }
}
