using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.PredictionSets;
using DenoisedSmoothing.Training;
using DenoisedSmoothing.Training.Attacks;
using TorchSharp;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.PredictionSets;

/// <summary>Sets of the bundled pair: of images as they are, and of attacked ones. Figures are in docs/prediction-sets.md.</summary>
public class BundledPairSetTests(ITestOutputHelper output)
{
    private const double Sigma = .25, Miscoverage = .1;
    private const ulong FirstSeed = 10;

    [Theory]
    [InlineData("thr/1")]
    [InlineData("aps/1")]
    public void Sets_of_unmoved_images_hold_the_label_and_leave_out_most_classes(string score)
    {
        using FashionMnistPair pair = FashionMnistPair.Load();
        DenoisedClassifier classifier = new(pair.Denoiser, pair.Classifier);
        PredictionSetCalibration calibration = Calibrate(classifier, images: 60, radius: 0, ConformityScores.Named(score));

        (double covered, double size) = Ask(classifier, calibration, [.. Odd(60)], FashionMnistPair.TestImages().Image, votes: 1);

        // The coverage has a standard deviation of .055 over calibrations and requests.
        covered.Should().BeGreaterThan(1 - Miscoverage - 4 * .055);
        size.Should().BeLessThan(4);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void Sets_of_attacked_images_hold_the_label_as_often_as_promised()
    {
        const double Radius = .25;
        const int Count = 60;
        using FashionMnistPair pair = FashionMnistPair.Load();
        DenoisedClassifier classifier = new(pair.Denoiser, pair.Classifier);
        LabeledImages test = FashionMnistPair.TestImages();
        Dictionary<int, Tensor> attacked = Odd(Count).ToDictionary(index => index, index => Attacked(
            classifier, test, index, Radius));

        PredictionSetCalibration robust = Calibrate(classifier, 250, Radius, new ThresholdScore()),
            plain = Calibrate(classifier, 250, 0, new ThresholdScore());
        (double clean, _) = Ask(classifier, plain, [.. Odd(Count)], test.Image, votes: 5);
        (double held, _) = Ask(classifier, robust, [.. Odd(Count)], index => attacked[index].alias(), votes: 5);
        (double lost, _) = Ask(classifier, plain, [.. Odd(Count)], index => attacked[index].alias(), votes: 5);
        (double unmoved, _) = Ask(classifier, robust, [.. Odd(Count)], test.Image, votes: 5);
        foreach (Tensor image in attacked.Values)
            image.Dispose();
        output.WriteLine($"calibrated for radius {Radius}: {unmoved} unmoved, {held} attacked; "
            + $"for radius 0: {clean} unmoved, {lost} attacked");

        // Over 250 calibration images and 60 others the coverage has a standard deviation of about .05.
        held.Should().BeGreaterThan(1 - Miscoverage - 4 * .05);
        lost.Should().BeLessThan(clean - .02, "an attack that never succeeds shows nothing").And.BeLessThan(held);
    }

    /// <summary>Every second image, from the second on: calibration has the others.</summary>
    private static IEnumerable<int> Odd(int count) => Enumerable.Range(0, count).Select(i => 2 * i + 1);

    private static PredictionSetCalibration Calibrate(IBaseClassifier classifier, int images, double radius, IConformityScore score)
    {
        LabeledImages test = FashionMnistPair.TestImages();
        return new PredictionSetCalibrator(classifier, Sigma, score, new PredictionSetOptions { Seed = 1 }) { Batch = 50 }
            .Calibrate(Labelled(), radius, Miscoverage);

        IEnumerable<(SmoothingImage, int)> Labelled()
        {
            for (int index = 0; index < 2 * images; index += 2)
            {
                using Tensor pixels = test.Image(index);
                yield return (new SmoothingImage(pixels, index), test.Label(index));
            }
        }
    }

    /// <summary>The share of labels held and the mean size, over several votes an image.</summary>
    private static (double Covered, double Size) Ask(
        IBaseClassifier classifier, PredictionSetCalibration calibration, int[] indices, Func<int, Tensor> image, int votes)
    {
        LabeledImages test = FashionMnistPair.TestImages();
        List<(bool Covered, int Size)> answers = [];
        for (ulong seed = 0; seed < (ulong)votes; seed++)
        {
            RobustSetClassifier sets = new(classifier, Sigma, calibration, new PredictionSetOptions { Seed = FirstSeed + seed });
            answers.AddRange(sets.PredictSetMany(Images()).Select((set, i) => (set.Contains(test.Label(indices[i])), set.Labels.Count)));
        }

        return (answers.Average(its => its.Covered ? 1.0 : 0), answers.Average(its => its.Size));

        IEnumerable<SmoothingImage> Images()
        {
            foreach (int index in indices)
            {
                using Tensor pixels = image(index);
                yield return new SmoothingImage(pixels, index);
            }
        }
    }

    /// <summary>Projected gradients against the label, and then moved inside the radius exactly.</summary>
    private static Tensor Attacked(IBaseClassifier classifier, LabeledImages test, int index, double radius)
    {
        using DisposeScope scope = NewDisposeScope();
        using StepRandom random = new(7, index);
        AttackTarget target = new(classifier, new GridGaussianNoise(Sigma)) { Batch = 32 };
        Tensor image = test.Image(index), label = tensor(new long[] { test.Label(index) });
        Tensor moved = new PgdAttack { Steps = 8, Draws = 6 }.Run(target, image.unsqueeze(0), label, radius, random);
        float[] clean = image.data<float>().ToArray(), found = moved.detach().to(ScalarType.Float32).data<float>().ToArray();
        NormBall.Of(Norm.L2).MoveInside(clean, found, radius).Should().BeLessThanOrEqualTo(radius);
        return tensor(found, image.shape).MoveToOuterDisposeScope();
    }
}
