using DenoisedSmoothing.Data;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Training;

public class AugmentationTests
{
    private const int Height = 5, Width = 7;

    // Two channels, every pixel another value and none 0, so that a pixel's origin is known.
    private static readonly LabeledImages One = new(
        Enumerable.Range(1, 2 * Height * Width).Select(i => (byte)(3 * i)).ToArray(), new byte[] { 0 }, 2, Height, Width, ["only"]);

    [Fact]
    public void Apply_nothing_gives_the_images()
    {
        using DisposeScope scope = NewDisposeScope();
        LabeledImages images = TrainingFixture.Halves(6);
        Images.ValuesOf(new Augmentation().Apply(images, [4, 1], new Random(1))).Should().Equal(Images.ValuesOf(images.Images([4, 1])));
    }

    [Fact]
    public void Apply_shift_moves_whole_images_and_fills_with_zero()
    {
        float[][] results = Many(new Augmentation { Shift = 2 }, 400);
        HashSet<(int, int)> seen = [];
        foreach (float[] result in results)
            seen.Add(ShiftOf(result, mirrored: false));
        seen.Should().HaveCount(25, "all shifts of up to 2 each way come up, and no other");
    }

    [Fact]
    public void Apply_shift_beyond_the_image_leaves_nothing_of_it()
    {
        float[][] results = Many(new Augmentation { Shift = 50 }, 100);
        results.Should().Contain(result => result.All(value => value == 0));
    }

    [Fact]
    public void Apply_mirror_mirrors_about_half_of_the_images()
    {
        float[][] results = Many(new Augmentation { Mirror = true }, 400);
        int mirrored = results.Count(result => IsMirrored(result));
        mirrored.Should().BeInRange(140, 260); // six standard deviations of 10
        results.Where(result => !IsMirrored(result)).Should().OnlyContain(result => result.SequenceEqual(Original()));
        results.Where(IsMirrored).Select(result => ShiftOf(result, mirrored: true)).Distinct().Should().Equal((0, 0));
    }

    [Fact]
    public void Apply_soften_keeps_the_range_and_smooths()
    {
        float[] original = Original();
        foreach (float[] result in Many(new Augmentation { Soften = 1 }, 100))
        {
            result.Should().OnlyContain(value => value >= original.Min() && value <= original.Max());
            Roughness(result).Should().BeLessThanOrEqualTo(Roughness(original) + 1e-6);
        }

        Many(new Augmentation { Soften = 1 }, 100).Min(Roughness).Should().BeLessThan(.9 * Roughness(original));
    }

    [Fact]
    public void Apply_soften_keeps_flat_and_white_images_as_they_are()
    {
        LabeledImages white = new(Enumerable.Repeat((byte)255, 25).ToArray(), new byte[] { 0 }, 1, 5, 5, ["only"]);
        using Tensor result = new Augmentation { Soften = 1 }.Apply(white, [0], new Random(1));
        Images.ValuesOf(result).Should().OnlyContain(value => value <= 1 && value > .999999f);
    }

    [Fact]
    public void Apply_is_a_function_of_the_random_numbers()
    {
        Augmentation all = new() { Shift = 2, Mirror = true, Soften = .7 };
        Many(all, 20).SelectMany(result => result).Should().Equal(Many(all, 20).SelectMany(result => result));
    }

    [Fact]
    public void Apply_leaves_one_tensor() =>
        LiveTensors.ShouldNotChange(() => new Augmentation { Shift = 1, Soften = 1 }.Apply(One, [0, 0], new Random(1)).Dispose());

    private static float[][] Many(Augmentation augmentation, int count)
    {
        using Tensor batch = augmentation.Apply(One, new int[count], new Random(7));
        batch.shape.Should().Equal(count, 2, Height, Width);
        return [.. Images.ValuesOf(batch).Chunk(2 * Height * Width)];
    }

    private static float[] Original() => [.. One.Pixels(0).ToArray().Select(value => value / 255f)];

    private static bool IsMirrored(float[] result) => result[0] > result[1];

    /// <summary>By how much the image was moved; fails unless every pixel agrees, in both channels.</summary>
    private static (int Dy, int Dx) ShiftOf(float[] result, bool mirrored)
    {
        float[] original = Original();
        for (int dy = -2; dy <= 2; dy++)
        {
            for (int dx = -2; dx <= 2; dx++)
            {
                if (Enumerable.Range(0, result.Length).All(i => result[i] == Expected(i, dy, dx)))
                    return (dy, dx);
            }
        }

        throw new Xunit.Sdk.XunitException("The image is not a shift of the original.");

        float Expected(int i, int dy, int dx)
        {
            int channel = i / (Height * Width), y = i / Width % Height, x = mirrored ? Width - 1 - i % Width : i % Width;
            return y - dy is >= 0 and < Height && x - dx is >= 0 and < Width
                ? original[channel * Height * Width + (y - dy) * Width + x - dx] : 0;
        }
    }

    private static double Roughness(float[] image) =>
        Enumerable.Range(0, image.Length).Where(i => i % Width > 0).Sum(i => Math.Abs(image[i] - image[i - 1]));
}
