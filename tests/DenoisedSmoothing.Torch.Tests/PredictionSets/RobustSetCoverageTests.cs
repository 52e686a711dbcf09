using DenoisedSmoothing.Noise;
using DenoisedSmoothing.PredictionSets;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Votes;
using MathNet.Numerics.Distributions;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.PredictionSets;

/// <summary>
/// The whole library on a linear classifier of two pixels, whose worst attack is a step straight against it: calibrated, and asked about
/// images that were moved by that step.
/// </summary>
public class RobustSetCoverageTests
{
    private const double Sigma = .25, Radius = .125, Miscoverage = .1;
    private const int Calibrations = 30, Images = 199, Requests = 400;

    // The margin is the first pixel's distance from 1/2; every image is .2 away from it.
    private static readonly Named s_classifier = new(new LinearClassifier([1, 0], -.5), "linear");
    private static readonly GridGaussianNoise s_noise = new(Sigma);

    [Theory]
    [InlineData("thr/1")]
    [InlineData("aps/1")]
    public void Sets_under_the_worst_attack_hold_the_label_as_often_as_promised(string score)
    {
        (double attacked, double error) = Coverage(Radius, ConformityScores.Named(score));

        (attacked + 5 * error).Should().BeGreaterThan(1 - Miscoverage);
    }

    [Fact]
    public void Sets_calibrated_for_no_attack_are_caught()
    {
        (double attacked, double error) = Coverage(0, new ThresholdScore());

        (attacked + 5 * error).Should().BeLessThan(1 - Miscoverage);
    }

    [Fact]
    public void One_who_knows_the_noise_makes_every_set_miss_and_one_who_does_not_gains_nothing()
    {
        // The probability of label 1 swings 64 times from one pixel value to the next: under noise all places are alike.
        Named swinging = new(new FakeClassifier(2, static noisy =>
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor swing = noisy.flatten(1).to_type(ScalarType.Float64).mul(2 * Math.PI * 64).cos().mul(3);
            return cat([zeros_like(swing), swing], 1).MoveToOuterDisposeScope();
        }), "swinging");
        PredictionSetOptions options = new() { Seed = 5 };
        using Tensor unmoved = full([1, 1, 1], .5f);
        PredictionSetCalibration calibration = new PredictionSetCalibrator(swinging, Sigma, null, options) { Batch = 100 }
            .Calibrate(Enumerable.Range(0, 999).Select(i => (new SmoothingImage(unmoved, i), 1)), Radius, Miscoverage);
        RobustSetClassifier sets = new(swinging, Sigma, calibration, options);
        Tensor[] aimed = [.. Enumerable.Range(0, Requests).Select(Aimed)], blind = [.. aimed.Skip(1), aimed[0]];

        Held(aimed).Should().BeLessThan(.01);
        Held(blind).Should().BeGreaterThan(1 - Miscoverage); // the same moves, of other requests' noise
        foreach (Tensor image in aimed)
            image.Dispose();

        double Held(Tensor[] images) =>
            sets.PredictSetMany(images.Select((image, i) => new SmoothingImage(image, i))).Average(set => set.Contains(1) ? 1.0 : 0);

        // Of 128 places within 1/128 the one that, with the noise to come, is least like label 1.
        static Tensor Aimed(int index)
        {
            float[] noisy = new float[1];
            float best = Enumerable.Range(-64, 128).Select(i => .5f + i / 8192f).MinBy(pixel =>
            {
                s_noise.AddTo(5, new NoiseCoordinate(0, index, VotePhase.Prediction, 0), [pixel], noisy);
                return Math.Cos(2 * Math.PI * 64 * noisy[0]);
            });
            return full([1, 1, 1], best);
        }
    }

    /// <summary>The share of labels held under the worst attack, and its standard error over calibrations.</summary>
    private static (double Mean, double Error) Coverage(double calibratedRadius, IConformityScore score)
    {
        Tensor[] clean = Pixels(.2f), moved = Pixels(.2f - (float)Radius);
        double[] coverage = new double[Calibrations];
        for (int run = 0; run < Calibrations; run++)
        {
            PredictionSetOptions options = new() { Seed = 100 + (ulong)run };
            PredictionSetCalibration calibration = new PredictionSetCalibrator(s_classifier, Sigma, score, options) { Batch = 200 }
                .Calibrate(Enumerable.Range(0, Images).Select(i => (new SmoothingImage(clean[i % 2], i), i % 2)),
                    calibratedRadius, Miscoverage);
            RobustSetClassifier sets = new(s_classifier, Sigma, calibration, options);
            PredictionSet[] answers =
                [.. sets.PredictSetMany(Enumerable.Range(0, Requests).Select(i => new SmoothingImage(moved[i % 2], i)))];
            coverage[run] = answers.Select((set, i) => set.Contains(i % 2) ? 1.0 : 0).Average();
            if (score is ThresholdScore)
                ShouldBeNear(coverage[run], Exact(calibration.Threshold));
        }

        foreach (Tensor image in clean.Concat(moved))
            image.Dispose();
        double mean = coverage.Average();
        return (mean, Math.Sqrt(coverage.Sum(its => (its - mean) * (its - mean)) / (Calibrations * (Calibrations - 1.0))));
    }

    /// <summary>The coverage of THR: a noisy margin m has probability 1 / (1 + exp(-m)), which is held from 1 - threshold on.</summary>
    private static double Exact(double threshold) =>
        Normal.CDF(0, 1, (.2 - Radius - Math.Log((1 - threshold) / threshold)) / Sigma);

    private static void ShouldBeNear(double share, double exact) =>
        share.Should().BeApproximately(exact, 5 * Math.Sqrt(exact * (1 - exact) / Requests) + 1e-6);

    /// <summary>An image of label 0 and one of label 1.</summary>
    private static Tensor[] Pixels(float margin) =>
        [tensor(new[] { .5f - margin, .3f }, [1, 1, 2]), tensor(new[] { .5f + margin, .3f }, [1, 1, 2])];
}
