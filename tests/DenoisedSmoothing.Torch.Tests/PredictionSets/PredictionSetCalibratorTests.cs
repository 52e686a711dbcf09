using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.PredictionSets;
using DenoisedSmoothing.Sampling;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Votes;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.PredictionSets;

public class PredictionSetCalibratorTests
{
    private static readonly PredictionSetOptions s_seeded = new() { Seed = 5 };

    [Fact]
    public void Calibrate_takes_the_score_of_each_label_under_its_own_noise()
    {
        // The score of the label is 1 - softmax of the noisy pixel, which is computed again here from the noise.
        Named classifier = new(new FakeClassifier(2, static noisy => nn.functional.pad(noisy.flatten(1), [1, 0])));
        (SmoothingImage Image, int Label)[] images =
            [.. Enumerable.Range(0, 19).Select(i => (new SmoothingImage(full([1, 1, 1], i / 20f)), i % 2))];
        CollectingProgress<int> progress = new();

        PredictionSetCalibration calibration = new PredictionSetCalibrator(classifier, .25, null, s_seeded) { Batch = 8 }
            .Calibrate(images, 0, .1, progress);

        List<double> scores = [];
        float[] noisy = new float[1];
        for (int i = 0; i < images.Length; i++)
        {
            new GridGaussianNoise(.25).AddTo(5, new NoiseCoordinate(0, i, VotePhase.Selection, 0), [i / 20f], noisy);
            double one = 1 / (1 + Math.Exp(-noisy[0]));
            scores.Add(1 - (i % 2 == 1 ? one : 1 - one));
        }

        calibration.Threshold.Should().BeApproximately(scores.Order().ElementAt(17), 1e-7); // 2 misses among 20: the 18th of 19
        (calibration.N, calibration.Missed, calibration.Radius, calibration.CleanMiscoverage).Should().Be((19, 0, 0, .1));
        calibration.Noise.Should().Be(new GridGaussianRule(.25, 1).Description);
        calibration.Model.Should().Be(new CalibratedModel
        {
            Score = "thr/1",
            ClassCount = 2,
            BaseClassifier = "named",
            Precision = LibTorch.ArithmeticOn("cpu", "float32"),
            Device = "cpu",
            Batch = 8,
            Software = LibTorch.Software,
            NoiseVersion = GridGaussianNoise.Scheme,
            ImageShape = [1, 1, 1],
        });
        progress.Reports.Should().Equal(8, 16, 19);
        Free(images);
    }

    [Fact]
    public void Calibrate_under_one_seed_shares_no_noise_with_requests_and_gives_copies_noise_of_their_own()
    {
        List<float> seen = [];
        Named classifier = new(new FakeClassifier(2, noisy =>
        {
            seen.AddRange(Images.ValuesOf(noisy));
            return zeros(noisy.shape[0], 2);
        }));
        using Tensor image = full([1, 1, 1], .5f);

        PredictionSetCalibration calibration = new PredictionSetCalibrator(classifier, .25, null, s_seeded)
            .Calibrate(Enumerable.Repeat(((SmoothingImage)image, 0), 6), 0);
        RobustSetClassifier sets = new(classifier, .25, calibration, s_seeded);
        for (int index = 0; index < 6; index++)
            sets.PredictSet(new(image, index));

        seen.Distinct().Should().HaveCount(12);
    }

    [Fact]
    public void Calibrate_counts_rows_without_finite_scores_as_the_worst()
    {
        int row = 0;
        Named classifier = new(new FakeClassifier(2, _ => tensor(new[] { 0f, row++ < 2 ? float.NaN : 1f }).unsqueeze(0)));
        using Tensor image = full([1, 1, 1], .5f);
        PredictionSetCalibrator calibrator = new(classifier, .25);

        PredictionSetCalibration calibration = calibrator.Calibrate(Enumerable.Repeat(((SmoothingImage)image, 1), 19), 0);

        (calibration.Missed, calibration.Threshold).Should().Be((2, double.PositiveInfinity));
        calibration.Warnings.Should().HaveCount(2).And.Contain(its => its.Contains("too many calibration images had no finite scores"));
        double.IsFinite(calibrator.Calibrate(Enumerable.Repeat(((SmoothingImage)image, 1), 19), 0).Threshold).Should().BeTrue();
    }

    [Fact]
    public void Calibrate_refuses_what_is_no_calibration()
    {
        Named classifier = new(FakeClassifier.Constant(1, 2, 3));
        PredictionSetCalibrator calibrator = new(classifier, .25);
        using Tensor image = full([1, 2, 2], .5f), larger = full([1, 2, 3], .5f), bytes = full([1, 2, 2], 200f);

        Refused("at least one image");
        Refused("image 1 has label 3*0 to 2", (image, 0), (image, 3));
        Refused("image 1 is [1,2,3]*[1,2,2]", (image, 0), (larger, 0));
        Refused("[0,255]", (bytes, 0));
        Refused("occurs twice", (new(image, 7), 0), (new(image, 7), 0));
        calibrator.Invoking(its => its.Calibrate([(image, 0)], -1)).Should().Throw<ArgumentOutOfRangeException>();
        calibrator.Invoking(its => its.Calibrate([(image, 0)], .1, .9)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new PredictionSetCalibrator(classifier, 64)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new PredictionSetCalibrator(classifier, .25) { Batch = 0 }).Should()
            .Throw<ArgumentOutOfRangeException>();
        using CancellationTokenSource source = new();
        source.Cancel();
        calibrator.Invoking(its => its.Calibrate([(image, 0)], .1, .1, null, source.Token)).Should().Throw<OperationCanceledException>();

        void Refused(string message, params (SmoothingImage, int)[] images) =>
            calibrator.Invoking(its => its.Calibrate(images, .1)).Should().Throw<ArgumentException>().WithMessage($"*{message}*");
    }

    [Fact]
    public void Calibrate_of_a_network_that_changes_meanwhile_is_refused()
    {
        using Sequential network = nn.Sequential(("flat", nn.Flatten()), ("linear", nn.Linear(1, 2)));
        network.eval();
        using ModuleClassifier inner = new(network, 2);
        DelegateDenoiser changing = new((noisy, _) =>
        {
            using IDisposable plain = inference_mode(false);
            using IDisposable still = no_grad();
            network.parameters().First().add_(1);
            return noisy.clone();
        });
        using Tensor image = full([1, 1, 1], .5f);

        new PredictionSetCalibrator(new DenoisedClassifier(changing, inner), .25)
            .Invoking(its => its.Calibrate([(image, 0)], 0)).Should().Throw<InvalidOperationException>().WithMessage("*changed*");
    }

    [Fact]
    public void The_draw_of_randomised_scores_is_uniform_and_of_each_image_its_own()
    {
        double[] draws = [.. Enumerable.Range(0, 20_000).Select(index =>
            ConformitySampler.Uniform(new ReadImage([], [1, 1, 1], [], index, 3), VotePhase.Prediction))];

        draws.Should().OnlyContain(u => u >= 0 && u < 1).And.OnlyHaveUniqueItems();
        double[] sorted = [.. draws.Order()];
        // Kolmogorov's distance of 20,000 uniform draws is above 2 / sqrt(20,000) once in 1,500.
        sorted.Select((u, i) => Math.Abs(u - (i + .5) / sorted.Length)).Max().Should().BeLessThan(2 / Math.Sqrt(sorted.Length));
        ConformitySampler.Uniform(new ReadImage([], [1, 1, 1], [], 0, 3), VotePhase.Selection).Should().NotBe(draws[0]);
    }

    private static void Free(IEnumerable<(SmoothingImage Image, int)> images)
    {
        foreach ((SmoothingImage image, _) in images)
            image.Pixels.Dispose();
    }
}
