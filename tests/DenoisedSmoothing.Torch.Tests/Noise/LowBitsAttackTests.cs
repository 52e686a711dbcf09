using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Noise;

/// <summary>
/// Base classifiers that read the low bits of noisy rows (Jin et al. 2022, "Getting a-round guarantees"; Voracek and Hein 2023, "Sound
/// randomized smoothing in floating-point arithmetic"). Under float noise they get two certificates that contradict each other; under noise
/// on a grid they do not.
/// </summary>
public class LowBitsAttackTests
{
    private const float Level = 1f / 16, Apart = 1f / (1 << 26);
    private static readonly CohenCertifier Certifier = new(n0: 100, n: 1000);

    [Fact]
    public void Float_noise_gives_two_images_4e_7_apart_contradicting_certificates()
    {
        (Certificate a, Certificate b) = Certify(new FloatGaussianNoise(.5), OddIn(Apart), Level, Level + Apart);

        (a.Label, b.Label).Should().Be((0, 1));
        Math.Min(a.Radius, b.Radius).Should().BeGreaterThan(1.23);
        Contradict(a, b, 28 * Apart).Should().BeTrue("this is why float noise is not used");
    }

    [Fact]
    public void Grid_noise_gives_them_one_answer()
    {
        (Certificate a, Certificate b) = Certify(new GridGaussianNoise(.5), OddIn(Apart), Level, Level + Apart);

        b.EstimationVotes.Should().Be(a.EstimationVotes, "both images are one point of the grid");
        Contradict(a, b, 28 * Apart).Should().BeFalse();
    }

    [Fact]
    public void Uniform_noise_gives_them_no_contradiction()
    {
        (Certificate a, Certificate b) = Certify(new UniformNoise(.5), OddIn(Apart), Level, Level + Apart);
        Contradict(a, b, 784 * Apart).Should().BeFalse();
    }

    /// <summary>The same attack in units of the grid itself, on neighbours of the grid: the last bit of exact noise says nothing.</summary>
    [Fact]
    public void Grid_noise_does_not_leak_the_last_bit_of_the_grid()
    {
        GridGaussianNoise noise = new(.5);
        FakeClassifier majority = new(2, noisy =>
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor odd = (noisy.to_type(ScalarType.Float64) / noise.Step).to_type(ScalarType.Int64).bitwise_and(1).flatten(1).sum(1);
            return stack([odd.lt(392), odd.ge(392)], 1).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
        });

        (Certificate a, Certificate b) = Certify(noise, majority, Level, Level + (float)noise.Step);

        Contradict(a, b, 28 * noise.Step).Should().BeFalse();
        (a.Radius, b.Radius).Should().Be((0, 0));
        Math.Abs(a.EstimationVotes[0] - 500).Should().BeLessThan(100, "half of the votes, give or take");
    }

    /// <summary>
    /// Label 1 where a pixel between -1/4 and -3/16 is an odd multiple of the unit. There a float sum with 1/16 is a multiple of 2^-25.
    /// </summary>
    private static FakeClassifier OddIn(double unit) => new(2, noisy =>
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor inside = noisy.gt(-.25).logical_and(noisy.lt(-.1875));
        Tensor odd = (noisy.to_type(ScalarType.Float64) / unit).to_type(ScalarType.Int64).bitwise_and(1).eq(1);
        Tensor any = inside.logical_and(odd).flatten(1).any(1, keepdim: false);
        return stack([any.logical_not(), any], 1).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    });

    private static (Certificate A, Certificate B) Certify(ISmoothingNoise noise, IBaseClassifier classifier, float a, float b)
    {
        using Tensor first = full([1, 28, 28], a), second = full([1, 28, 28], b);
        SmoothedClassifier smoothed = new([classifier], noise, Certifier, new SmoothingOptions { Seed = 1, Batch = 100 });
        return (smoothed.Certify(first), smoothed.Certify(second));
    }

    private static bool Contradict(Certificate a, Certificate b, double distance) =>
        a.Label is { } one && b.Label is { } other && one != other && distance < Math.Max(a.Radius, b.Radius);
}
