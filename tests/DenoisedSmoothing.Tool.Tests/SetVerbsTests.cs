using System.Globalization;
using DenoisedSmoothing.PredictionSets;
using DenoisedSmoothing.Statistics;

namespace DenoisedSmoothing.Tool.Tests;

public sealed class SetVerbsTests : IDisposable
{
    private static readonly string[] s_calibrate =
        ["calibrate", "--sigma", "0.25", "--radius", "0.05", "--max", "60", "--batch", "20", "--seed", "1"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("dds-sets-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_calibration_is_written_and_gives_the_sets_of_other_images()
    {
        (int exit, string output, string error) = await Dds.RunAsync([.. s_calibrate, "--out", At("sets.json")]);
        exit.Should().Be(0, "{0} {1}", output, error);
        output.Should().Contain("sigma 0.25, 60 images").And.Contain("at most 10% of images").And.Contain("thr/1");
        PredictionSetCalibration calibration = PredictionSetCalibration.Read(At("sets.json"));
        (calibration.N, calibration.Radius, calibration.Miscoverage, calibration.Sigma, calibration.Model.Batch).Should()
            .Be((60, .05, .1, .25, 20));
        (calibration.Images!.First, calibration.Images.Step, calibration.Images.Count).Should().Be((0, 1, 60));
        double.IsFinite(calibration.Threshold).Should().BeTrue();

        (exit, output, error) = await Dds.RunAsync(
            ["sets", At("sets.json"), "--start", "60", "--max", "50", "--seed", "1", "--out", At("sets.tsv")]);
        exit.Should().Be(0, "{0} {1}", output, error);
        string[][] rows = [.. File.ReadAllLines(At("sets.tsv")).Skip(1).Select(line => line.Split('\t'))];
        rows.Select(row => row[0]).Should().Equal(Enumerable.Range(60, 50).Select(index => index.ToString(CultureInfo.InvariantCulture)));
        int covered = rows.Count(row => row[4].Split(',').Contains(row[1]));
        rows.Should().OnlyContain(row => row[2] == (row[4].Split(',').Contains(row[1]) ? "1" : "0"));
        rows.Should().OnlyContain(row => row[3] == (row[4] == "-" ? "0" : row[4].Split(',').Length.ToString()));
        output.Should().Contain($"({covered} of 50;").And.Contain("moved by up to 0.05");
        output.Should().Contain(string.Create(CultureInfo.InvariantCulture,
            $"mean size       {rows.Average(row => int.Parse(row[3], CultureInfo.InvariantCulture)):F3}"));
        double lower = 100 * ClopperPearson.Lower(covered, 50, .025);
        output.Should().Contain(string.Create(CultureInfo.InvariantCulture, $"interval {Math.Floor(100 * lower) / 100:F2} to"));
    }

    [Fact]
    public async Task Sets_of_calibration_images_other_models_and_other_files_are_refused()
    {
        (await Dds.RunAsync([.. s_calibrate, "--out", At("sets.json")])).Exit.Should().Be(0);

        await Refused("11 of these images are among the 60", "sets", At("sets.json"), "--start", "49", "--max", "11");
        await Refused("base classifier", "sets", At("sets.json"), "--start", "60", "--max", "1", "--denoiser", "none");
        await Refused("bfloat16", "sets", At("sets.json"), "--start", "60", "--max", "1", "--precision", "bfloat16");
        File.WriteAllText(At("other.json"), "{}");
        await Refused("not a calibration of prediction sets", "sets", At("other.json"), "--start", "60", "--max", "1");
        await Refused("will not be overwritten", [.. s_calibrate, "--out", At("sets.json")]);
        await Refused("will not be overwritten", "sets", At("sets.json"), "--start", "60", "--max", "1", "--out", At("other.json"));
    }

    [Fact]
    public async Task Options_out_of_range_are_refused_before_any_work()
    {
        await Refused("--miscoverage must be above 0 and at most 0.5, not 0.9. For coverage 0.9 pass 0.1.",
            [.. s_calibrate, "--miscoverage", "0.9", "--out", At("x.json")]);
        await Refused("--radius must be from 0", "calibrate", "--sigma", "0.25", "--radius", "-1", "--out", At("x.json"));
        await Refused("'raps'", [.. s_calibrate, "--score", "raps", "--out", At("x.json")]);
        _folder.GetFiles().Should().BeEmpty();
    }

    [Fact]
    public async Task Too_few_images_are_said_aloud()
    {
        (int exit, string output, string error) = await Dds.RunAsync(
            ["calibrate", "--sigma", "0.25", "--radius", "0.25", "--score", "aps", "--max", "8", "--batch", "8", "--out", At("few.json")]);

        exit.Should().Be(0);
        error.Should().Contain("at least 88 calibration images, and there are 8");
        output.Should().Contain("threshold of aps/1 is infinite");
    }

    private static async Task Refused(string message, params string[] args)
    {
        (int exit, _, string error) = await Dds.RunAsync(args);
        exit.Should().Be(1);
        error.Should().Contain(message);
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);
}
