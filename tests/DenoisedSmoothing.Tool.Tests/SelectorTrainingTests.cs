using DenoisedSmoothing.Data;
using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Tool.Tests;

/// <summary>Selectors for dds aces, trained from a log.</summary>
public sealed class SelectorTrainingTests : IDisposable
{
    private static readonly string[] s_data = ["--data", "bundled", "--split", "test"];

    private static readonly string[] s_train = [.. s_data, "--batch", "4", "--recipe", "quick", "--steps", "2"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dds-selector-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Selectors_are_trained_from_a_log_and_used_by_aces()
    {
        await Certified();

        string said = await Run(["train-classifier", "--sigma", "0.25", .. s_train, "--max", "12", "--select-from", At("log.tsv"),
            "--select-radius", "0.2", "--out", At("selector.safetensors")]);
        said.Should().MatchRegex(@"[1-7] of 8 images are right and certified at radius 0\.2 in \S+; 4 images have no line there")
            .And.Contain("fashion-mnist, 8 images").And.Contain($"Selector: {At("selector.safetensors")}");
        (FileMetadata.ClassesOf(At("selector.safetensors")), FileMetadata.SelectorRadiusOf(At("selector.safetensors"))).Should()
            .Be((2, 0.2));

        await Run(["finetune", "--sigma", "0.25", .. s_data, "--batch", "4", "--steps", "1", "--classifier-file",
            At("selector.safetensors"), "--select-from", At("log.tsv"), "--select-radius", "0.2", "--out", At("behind.safetensors")]);
        foreach (string selector in (string[])["selector", "behind"])
        {
            await Run(["aces", "--sigma", "0.25", "--max", "2", "--n0", "4", "--n", "20", "--batch", "10", "--alpha", "0.1",
                "--selector-file", At($"{selector}.safetensors"), "--out", At($"{selector}.tsv")]);
            File.ReadAllLines(At($"{selector}.tsv")).Skip(1).Should().HaveCount(2).And.OnlyContain(row => row.Contains("\ttrained(0.2)\t"));
        }
    }

    [Fact]
    public async Task Labels_are_1_for_rows_that_are_right_and_certified_far_enough()
    {
        await Certified();
        CertificationLog log = CertificationLog.Read(At("log.tsv"));
        DataChoice data = new("bundled", null, "test", false, null, new DatasetRange { Skip = 2, Max = 6 }, false);

        IImageDataset images = new SelectorLabels(At("log.tsv"), 0.2).Of(data, TextWriter.Null);

        int[] expected = [.. log.Rows.Where(row => row.Index % 2 == 0).Select(row =>
            row.Predicted == row.Label && row.Radius >= 0.2 ? 1 : 0)];
        expected.Should().HaveCount(4).And.Contain(0).And.Contain(1);
        Enumerable.Range(0, images.Count).Select(images.Label).Should().Equal(expected);
        Enumerable.Range(0, images.Count).Select(images.ImageName).Should().Equal("image 0", "image 2", "image 4", "image 6");
        images.ClassNames.Should().HaveCount(2);
        using TorchSharp.torch.Tensor first = images.Image(1), its = FashionMnistPair.TestImages().Image(2);
        first.Equals(its).Should().BeTrue();
    }

    [Fact]
    public async Task Logs_that_do_not_fit_are_refused()
    {
        await Certified();
        string[] command = ["train-classifier", "--sigma", "0.25", .. s_train, "--out", At("x.safetensors")];
        string[] from = [.. command, "--select-from", At("log.tsv")], whole = [.. from, "--select-radius", "0.2"];

        await Refused("--select-from needs --select-radius", from);
        await Refused("name that log", [.. command, "--select-radius", "0.2"]);
        await Refused("0 of 8 images are right and certified at radius 9", [.. from, "--select-radius", "9"]);
        await Refused("leave --classes 3 out", [.. whole, "--classes", "3"]);
        await Refused("--objective drt several", [.. whole, "--objective", "drt"]);
        await Refused("see dds finetune --select-from", [.. whole, "--objective", "ft-cadis"]);
        await Refused("the classifier to start from 10", ["finetune", "--sigma", "0.25", .. s_data, "--select-from", At("log.tsv"),
            "--select-radius", "0.2", "--out", At("x.safetensors")]);

        File.Copy(At("log.tsv"), At("alone.tsv"));
        string[] rows = File.ReadAllLines(At("alone.tsv")), cells = rows[1].Split('\t');
        cells[1] = cells[1] == "9" ? "8" : "9";
        File.WriteAllLines(At("alone.tsv"), [rows[0], string.Join('\t', cells), .. rows[2..]]);
        await Refused("image 0 has the label", [.. command, "--select-from", At("alone.tsv"), "--select-radius", "0.2"]);
        cells[0] = "600";
        File.WriteAllLines(At("alone.tsv"), [rows[0], .. rows[2..], string.Join('\t', cells)]);
        await Refused("it has image 600", [.. command, "--select-from", At("alone.tsv"), "--select-radius", "0.2"]);

        await Run(["predict", "--sigma", "0.25", "--max", "2", "--n", "20", "--batch", "10", "--out", At("predictions.tsv")]);
        await Refused("holds predictions", [.. command, "--select-from", At("predictions.tsv"), "--select-radius", "0"]);
        await Run(["certify", "--sigma", "0.25", "--max", "1", "--n", "10", "--n0", "10", "--batch", "10", "--image-resize", "28",
            "--out", At("cropped.tsv")]);
        await Refused("is of other images: of '", [.. command, "--select-from", At("cropped.tsv"), "--select-radius", "0"]);
    }

    // Images of which some are certified at 0.2, and some are not.
    private Task Certified() => Run(["certify", "--sigma", "0.25", "--max", "8", "--n0", "10", "--n", "20", "--batch", "30", "--seed", "1",
        "--alpha", "0.4", "--out", At("log.tsv")]);

    private static async Task<string> Run(string[] command)
    {
        (int exit, string output, string error) = await Dds.RunAsync(command);
        exit.Should().Be(0, "{0} {1}", output, error);
        return output;
    }

    private static async Task Refused(string message, string[] command)
    {
        (int exit, _, string error) = await Dds.RunAsync(command);
        exit.Should().Be(1);
        error.ReplaceLineEndings(" ").Should().Contain(message).And.NotContain("   at ");
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);
}
