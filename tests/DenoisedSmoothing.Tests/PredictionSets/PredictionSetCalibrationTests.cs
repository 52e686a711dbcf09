using DenoisedSmoothing.Noise;
using DenoisedSmoothing.PredictionSets;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.PredictionSets;

public sealed class PredictionSetCalibrationTests : IDisposable
{
    private static readonly double[] s_scores = [.. Enumerable.Range(1, 99).Select(i => i / 100.0)];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Path => _folder.PathOf("calibration.json");

    [Fact]
    public void Of_takes_the_threshold_of_the_robust_level()
    {
        // Phi(Phi^-1(.1) - .5) = .03740 by a table of the normal distribution: 3 misses among 100, the 97th score.
        PredictionSetCalibration calibration = Calibration();

        calibration.CleanMiscoverage.Should().BeApproximately(.0374, 1e-4);
        calibration.Threshold.Should().Be(.97);
        (calibration.N, calibration.Missed, calibration.Radius, calibration.Miscoverage).Should().Be((99, 0, .125, .1));
        calibration.Sigma.Should().Be(.25);
        calibration.Warnings.Should().BeEmpty();
    }

    [Fact]
    public void SetOf_has_the_classes_up_to_the_threshold_and_those_without_a_score()
    {
        PredictionSetCalibration calibration = Calibration();
        double threshold = calibration.Threshold;

        PredictionSet set = calibration.SetOf([threshold, Math.BitIncrement(threshold), double.NaN]);

        set.Labels.Should().Equal(0, 2);
        (set.IsEmpty, set.IsFull, set.Contains(2), set.Contains(1), set.ClassCount).Should().Be((false, false, true, false, 3));
        (set.Threshold, set.Radius, set.Miscoverage).Should().Be((threshold, .125, .1));
        calibration.SetOf([1, 1, 1]).IsEmpty.Should().BeTrue();
        calibration.SetOf([0, 0, 0]).IsFull.Should().BeTrue();
        set.Should().Be(calibration.SetOf([threshold, Math.BitIncrement(threshold), double.NaN]));
        calibration.Invoking(its => its.SetOf([1, 1])).Should().Throw<ArgumentException>().WithMessage("*3 classes*2 scores*");
    }

    [Fact]
    public void Warnings_name_the_number_of_images_that_it_takes()
    {
        PredictionSetCalibration few = Calibration([.. s_scores.Take(20)]);
        few.Threshold.Should().Be(double.PositiveInfinity);
        few.SetOf([5, 5, 5]).IsFull.Should().BeTrue();
        few.Warnings.Should().ContainSingle().Which.Should().Contain("at least 26 calibration images, and there are 20");

        Calibration(s_scores, radius: 2.5).Warnings.Should().ContainSingle().Which.Should().Contain("smaller radius");
        Calibration([.. s_scores.Take(95), double.NaN, double.NaN, double.NaN, double.NaN]).Warnings.Should().HaveCount(2)
            .And.Contain(warning => warning.StartsWith("4 of 99", StringComparison.Ordinal));
    }

    [Fact]
    public void Write_and_Read_give_back_every_member_and_overwrite_nothing()
    {
        PredictionSetCalibration calibration = Calibration() with { Images = new CalibrationImages("some data", 3, 2, 99) };
        calibration.Write(Path);
        string text = File.ReadAllText(Path);

        PredictionSetCalibration.Read(Path).Should().Be(calibration);
        Calibration().Invoking(its => its.Write(Path)).Should().Throw<IOException>().WithMessage("*will not be overwritten*");
        File.ReadAllText(Path).Should().Be(text);
        Directory.GetFiles(System.IO.Path.GetDirectoryName(Path)!).Should().ContainSingle();

        PredictionSetCalibration few = Calibration([.. s_scores.Take(20)]);
        few.Write(Path + "2");
        PredictionSetCalibration.Read(Path + "2").Should().Be(few);
    }

    [Theory]
    [InlineData("\"schema\": 1", "\"schema\": 2", "schema is 2")]
    [InlineData("\"format\": \"prediction-set calibration\"", "\"format\": \"other\"", "format is 'other'")]
    [InlineData("\"radius\": 0.125", "\"radius\": 0.126", "cleanMiscoverage is 0.037")]
    [InlineData("\"miscoverage\": 0.1", "\"miscoverage\": 0.099", "cleanMiscoverage is 0.037")]
    [InlineData("sigma=0.25", "sigma=0.249", "cleanMiscoverage is 0.037")]
    [InlineData("dimension=784", "dimension=785", "785 values")]
    [InlineData("\"n\": 99", "\"n\": 20", "none but an infinite")]
    [InlineData("\"missed\": 0", "\"missed\": 3", "none but an infinite")]
    [InlineData("\"n\": 99", "\"n\": 0", "n is 0")]
    [InlineData("\"batch\": 1", "\"batch\": 0", "batch is 0")]
    [InlineData("\"classCount\": 3", "\"classCount\": 1", "classCount is 1")]
    [InlineData("\"missed\": 0", "\"missed\": 100", "missed is 100")]
    [InlineData("\"missed\": 0,", "", "missed")]
    [InlineData("\"missed\": 0,", "\"missed\": 0, \"other\": 1,", "other")]
    [InlineData("\"missed\": 0,", "\"missed\": 0, \"missed\": 0,", "missed")]
    [InlineData("\"threshold\": 0.97", "\"threshold\": \"NaN\"", "threshold")]
    [InlineData("\"score\": \"thr/1\"", "\"score\": null", "score")]
    [InlineData("\"score\": \"thr/1\"", "\"score\": \"\"", "score is empty")]
    [InlineData("grid-gaussian", "cauchy", "cauchy")]
    public void Read_refuses_what_does_not_fit_together(string old, string replaced, string named)
    {
        Calibration().Write(Path);
        string text = File.ReadAllText(Path);
        text.Should().Contain(old);
        File.WriteAllText(Path, text.Replace(old, replaced, StringComparison.Ordinal));

        FluentActions.Invoking(() => PredictionSetCalibration.Read(Path)).Should().Throw<InvalidDataException>()
            .WithMessage($"{Path}: not a calibration of prediction sets*{named}*");
    }

    [Fact]
    public void Read_names_other_kinds_of_files()
    {
        File.WriteAllBytes(Path, [0x1f, 0x8b, 8, 0, 0]);
        FluentActions.Invoking(() => PredictionSetCalibration.Read(Path)).Should().Throw<InvalidDataException>().WithMessage("*gzip*");
        File.WriteAllText(Path, "null");
        FluentActions.Invoking(() => PredictionSetCalibration.Read(Path)).Should().Throw<InvalidDataException>();
        File.WriteAllText(Path, "[" + new string(' ', 1 << 19) + "]");
        FluentActions.Invoking(() => PredictionSetCalibration.Read(Path)).Should().Throw<InvalidDataException>().WithMessage("*bytes*");
    }

    [Fact]
    public void Write_refuses_what_could_not_be_read()
    {
        (Calibration() with { CleanMiscoverage = .05 }).Invoking(its => its.Write(Path)).Should().Throw<ArgumentException>()
            .WithMessage("*follows at most*");
        Directory.GetFiles(System.IO.Path.GetDirectoryName(Path)!).Should().BeEmpty();
    }

    [Fact]
    public void CalibrationImages_contain_their_steps_alone() =>
        Enumerable.Range(0, 12).Where(index => new CalibrationImages("x", 2, 3, 3).Contains(index)).Should().Equal(2, 5, 8);

    private static PredictionSetCalibration Calibration(double[]? scores = null, double radius = .125) => PredictionSetCalibration.Of(
        scores ?? s_scores, new GridGaussianRule(.25, 784), radius, .1, new CalibratedModel
        {
            Score = "thr/1",
            ClassCount = 3,
            BaseClassifier = "some model",
            Precision = "float32",
            Device = "cpu",
            Batch = 1,
            Software = "this",
            NoiseVersion = GridGaussianNoise.Scheme,
            ImageShape = [1, 28, 28],
        });
}
