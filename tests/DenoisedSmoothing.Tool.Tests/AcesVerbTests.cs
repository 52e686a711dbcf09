namespace DenoisedSmoothing.Tool.Tests;

public sealed class AcesVerbTests : IDisposable
{
    private static readonly string[] s_small =
        ["aces", "--sigma", "0.25", "--max", "4", "--skip", "20", "--n0", "10", "--n", "60", "--batch", "20", "--seed", "1",
            "--alpha", "0.1"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dds-aces-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Threshold_1_certifies_as_certify_does_and_0_leaves_everything_to_the_core()
    {
        string[][] all = await Rows("1"), none = await Rows("0");

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
        (await Dds.RunAsync([.. s_small, "--out", At("x.tsv"), "--tf32"])).Error.Should().Contain("--device cuda");
        File.WriteAllText(At("kept.tsv"), "of before");
        (int exit, _, string error) = await Dds.RunAsync([.. s_small, "--out", At("kept.tsv")]);
        (exit, File.ReadAllText(At("kept.tsv"))).Should().Be((1, "of before"));
        error.Should().Contain("will not be overwritten");
    }

    private async Task<string[][]> Rows(string threshold)
    {
        (int exit, string output, string error) =
            await Dds.RunAsync([.. s_small, "--threshold", threshold, "--out", At($"{threshold}.tsv")]);
        exit.Should().Be(0, "{0} {1}", output, error);
        output.Should().Contain("4 images").And.Contain("radius 0.25");
        return [.. File.ReadAllLines(At($"{threshold}.tsv")).Skip(1).Select(line => line.Split('\t'))];
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);
}
