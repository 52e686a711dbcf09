using System.Globalization;
using System.Text.Json.Nodes;

namespace DenoisedSmoothing.Tool.Tests;

/// <summary>The verb transfer: certificates of the bundled pair, given to the same pair in bfloat16.</summary>
public sealed class TransferVerbTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dds-transfer-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Transfer_writes_a_log_that_the_other_verbs_understand()
    {
        string from = At("f.tsv"), to = At("next.tsv");
        string[] transfer = ["transfer", from, "--to-precision", "bfloat16", "--pairs", "30", "--out", to, "--resume"];
        (await Dds.RunAsync("certify", "--sigma", "0.5", "--n0", "10", "--n", "60", "--batch", "10", "--seed", "3", "--max", "2",
            "--out", from)).Exit.Should().Be(0);

        (int exit, string output, string error) = await Dds.RunAsync(transfer);

        exit.Should().Be(0, error);
        output.Should().MatchRegex(
            "of 2 certificates kept .2 images., mean radius 0[.][0-9]+ -> 0[.][0-9]+, 60 pairs of votes for 140 votes");
        double[][] radii = [.. new[] { from, to }.Select(log => LogFiles.Table(log)[1..]
            .Select(line => double.Parse(line.Split('\t')[3], CultureInfo.InvariantCulture)).ToArray())];
        radii[1].Zip(radii[0]).Should().HaveCount(2).And.OnlyContain(pair => pair.First < pair.Second);
        JsonNode settings = JsonNode.Parse(LogFiles.Meta(to))!["settings"]!, before = JsonNode.Parse(LogFiles.Meta(from))!["settings"]!;
        ((string)settings["precision"]!).Should().Be("bfloat16");
        ((string)settings["classifier"]!).Should().NotBe((string)before["classifier"]!);
        double.Parse((string)settings["alpha"]!, CultureInfo.InvariantCulture).Should().BeInRange(.002, .0020001);
        settings.AsObject().Should().NotContainKey("seed", "pairs have fresh ones");

        (exit, output, error) = await Dds.RunAsync("verify", to);
        exit.Should().Be(0, output + error);
        (await Dds.RunAsync("analyze", to)).Exit.Should().Be(0);
        (exit, _, error) = await Dds.RunAsync("verify", to, "--redraw", "1");
        exit.Should().Be(1);
        error.Should().Contain("holds transferred certificates");

        // Finished: nothing is drawn again. Under other settings it is refused.
        string[] lines = File.ReadAllLines(to + ".jsonl");
        (await Dds.RunAsync(transfer)).Exit.Should().Be(0);
        File.ReadAllLines(to + ".jsonl").Should().Equal(lines);
        (exit, _, error) = await Dds.RunAsync([.. transfer, "--alpha", "0.01"]);
        exit.Should().Be(1);
        error.Should().Contain("other settings");

        // Its first line taken out of both files: it would never be drawn again.
        File.WriteAllLines(to + ".jsonl", [lines[1]]);
        File.WriteAllLines(to, File.ReadAllLines(to).Where((_, line) => line != 1));
        (exit, _, error) = await Dds.RunAsync(transfer);
        exit.Should().Be(1);
        error.Should().Contain("does not hold the images of");
    }

    [Fact]
    public async Task Transfer_of_what_is_not_there_says_so()
    {
        (int exit, _, string error) = await Dds.RunAsync("transfer", At("none.tsv"), "--to-precision", "bfloat16", "--out", At("x.tsv"));

        exit.Should().Be(1);
        error.Should().Contain("none.tsv");
    }

    private string At(string name) => Path.Combine(_folder, name);
}
