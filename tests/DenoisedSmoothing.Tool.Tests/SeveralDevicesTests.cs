using System.Text.Json.Nodes;

namespace DenoisedSmoothing.Tool.Tests;

/// <summary>One process on several devices: here the CPU several times, each with a network of its own.</summary>
public sealed class SeveralDevicesTests : IDisposable
{
    private static readonly string[] s_small = ["--sigma", "0.5", "--n", "20", "--batch", "5", "--seed", "11", "--max", "4"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dds-devices-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("certify", "--n0", "5")]
    [InlineData("certify", "--certifier", "sequential", "--n0", "5", "--budget", "30", "--denoiser", "none")]
    [InlineData("predict", "--denoiser", "none")]
    public async Task Log_of_three_devices_is_that_of_one(string verb, params string[] more)
    {
        string[] n = more.Contains("sequential") ? [.. s_small[..2], .. s_small[4..]] : s_small;
        await Run([verb, .. n, .. more, "--out", At("one.tsv")]);
        string output = await Run([verb, .. n, .. more, "--device", "cpu,cpu,cpu", "--out", At("three.tsv")]);

        output.Should().Contain("on cpu, cpu, cpu");
        LogFiles.ShouldBeEqual(At("three.tsv"), At("one.tsv"));
    }

    [Fact]
    public async Task Shards_of_machines_with_one_and_two_devices_merge_and_one_goes_on_where_the_other_stopped()
    {
        string[] small = [.. s_small, "--n0", "5", "--denoiser", "none"];
        await Run(["certify", .. small, "--out", At("whole.tsv")]);
        await Run(["certify", .. small, "--shard", "1/2", "--out", At("1.tsv")]);
        await Run(["certify", .. small, "--shard", "2/2", "--device", "cpu,cpu", "--out", At("2.tsv")]);
        // As a kill leaves the second one: one line of each file.
        Cut(At("2.tsv"), lines: 2);
        Cut(At("2.tsv.jsonl"), lines: 1);
        await Run(["certify", .. small, "--shard", "2/2", "--out", At("2.tsv"), "--resume"]);

        await Run(["merge", At("1.tsv"), At("2.tsv"), "--out", At("merged.tsv")]);

        LogFiles.Table(At("merged.tsv")).Should().Equal(LogFiles.Table(At("whole.tsv")));
        LogFiles.Json(At("merged.tsv")).Should().Equal(LogFiles.Json(At("whole.tsv")));
    }

    [Fact]
    public async Task Attack_and_aces_give_on_two_devices_what_they_give_on_one()
    {
        string[] attack = ["attack", .. s_small[..^1], "2", "--n0", "5", "--attacks", "search", "--attack-draws", "2",
            "--attack-steps", "2", "--judge-votes", "20"],
            aces = ["aces", .. s_small, "--n0", "5"];
        foreach ((string device, string name) in new[] { ("cpu", "one"), ("cpu,cpu", "two") })
        {
            (await Dds.RunAsync([.. attack, "--device", device, "--out", At(name + ".jsonl")])).Exit.Should().BeOneOf(0, 3);
            await Run([.. aces, "--device", device, "--out", At(name + ".tsv")]);
        }

        Certificates(At("two.jsonl")).Should().Equal(Certificates(At("one.jsonl"))).And.HaveCount(2);
        File.ReadAllLines(At("two.tsv")).Should().Equal(File.ReadAllLines(At("one.tsv"))).And.HaveCount(5);
    }

    [Fact]
    public async Task Plan_measures_all_devices_together() =>
        (await Run(["plan", "--sigma", "0.5", "--radius", "0.5", "--measure", "--batch", "10", "--device", "cpu,cpu"]))
            .Should().MatchRegex("Rate: [0-9]+ samples/s");

    [Theory]
    [InlineData("'gpu' is not a device", "certify", "cpu,gpu")]
    [InlineData("'' is not a device", "certify", "cpu,")]
    [InlineData("evaluate computes on one device, and --device cpu,cpu names 2: name one, such as cpu", "evaluate", "cpu,cpu")]
    public async Task Devices_that_cannot_be_had_are_named_before_any_file_is_read(string message, string verb, string devices)
    {
        (int exit, _, string error) = await Dds.RunAsync(
            [verb, "--sigma", "0.5", "--device", devices, "--max", "1", "--classifier-file", "none.pt"]);

        exit.Should().Be(1);
        error.Should().Contain(message);
    }

    [SkippableTheory]
    [InlineData("cuda:all")]
    [InlineData("cuda:0,cuda:1")]
    public async Task Cards_that_are_not_there_are_said_at_once(string devices)
    {
        Skip.If(TorchSharp.torch.cuda.is_available(), "there is a card");
        (int exit, _, string error) = await Dds.RunAsync("certify", "--sigma", "0.5", "--device", devices, "--classifier-file", "none.pt");

        exit.Should().Be(1);
        error.Should().Contain("no CUDA device can be used");
    }

    // Whether an attack succeeded is judged under fresh noise each time: its certificates are what seed and settings decide.
    private static string[] Certificates(string log) =>
        [.. File.ReadAllLines(log).Skip(1).Select(static line => JsonNode.Parse(line)!["certificate"]!.ToJsonString())];

    private static void Cut(string file, int lines) =>
        File.WriteAllText(file, string.Join('\n', File.ReadAllLines(file)[..lines]) + "\n");

    private string At(string name) => Path.Combine(_folder.FullName, name);

    private static async Task<string> Run(string[] args)
    {
        (int exit, string output, string error) = await Dds.RunAsync(args);
        exit.Should().Be(0, "{0} {1}", output, error);
        return output;
    }
}
