using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Path = DenoisedSmoothing.Noise.GaussianNoise.Path;

using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Tests.Noise;

/// <summary>The bits of the grid noise, and that its sums are exact.</summary>
public class GridGaussianNoiseTests
{
    private const ulong Seed = 0x0123456789ABCDEF;
    private static readonly NoiseCoordinate At = new(5, 4_000_000_123, VotePhase.Estimation, 60_000_000_007);

    public static TheoryData<string> Paths => GaussianNoiseTests.Paths;

    /// <summary>If this fails, noise has changed and <see cref="GridGaussianNoise.Scheme"/> must too.</summary>
    [Theory]
    [MemberData(nameof(Paths))]
    public void Fill_values_are_those_of_the_golden(string path)
    {
        GridGaussianNoise.Scheme.Should().Be("philox4x32-10/grid-gaussian/3");
        foreach (GridGolden golden in GridGolden.All)
        {
            int[] values = Values(golden.Sigma, 20_000, Enum.Parse<Path>(path));
            values[..golden.First.Length].Should().Equal(golden.First);
            golden.RestIndices.Select(index => values[index]).Should().Equal(golden.RestValues);
            Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(values.AsSpan()))).Should().Be(golden.Hash);
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Fill_any_length_is_a_prefix(string path)
    {
        int[] whole = Values(.25, 10_007, Path.Scalar);
        foreach (int length in new[] { 0, 1, 7, 8, 9, 31, 32, 33, 1023, 1024, 1025, 3072, 10_007 })
            Values(.25, length, Enum.Parse<Path>(path)).Should().Equal(whole[..length]);
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void AddTo_is_the_grid_point_plus_the_noise_exactly(string path)
    {
        foreach (double sigma in new[] { .12, .25, .5, 1 })
        {
            GridGaussianNoise noise = new(sigma);
            float[] image = Image(1111);
            float[] noisy = new float[image.Length];
            int[] values = Values(sigma, image.Length, Path.Scalar);

            noise.AddTo(Seed, At, image, noisy, Enum.Parse<Path>(path));

            for (int i = 0; i < image.Length; i++)
            {
                // Whole steps, exact in double; the only rounding is that of the sum, to float, and there is none below 2^24 steps.
                double steps = Math.Round(image[i] / noise.Step, MidpointRounding.ToEven) + values[i];
                noisy[i].Should().Be((float)(steps * noise.Step));
                if (Math.Abs(steps) <= 1 << 24)
                    ((double)noisy[i]).Should().Be(steps * noise.Step);
            }
        }
    }

    [Fact]
    public void AddTo_images_with_one_grid_point_give_one_row()
    {
        GridGaussianNoise noise = new(.5);
        float[] image = Image(1000);
        float[] moved = [.. image.Select(value => (float)(Math.Round(value / noise.Step) * noise.Step))];
        moved.Zip(image).Should().OnlyContain(pair => Math.Abs((double)pair.First - pair.Second) <= noise.Step / 2);
        moved.Should().NotEqual(image);

        Noisy(noise, moved).Should().Equal(Noisy(noise, image));
    }

    [Fact]
    public void AddTo_in_place_and_of_bad_memory()
    {
        GridGaussianNoise noise = new(.5);
        float[] image = Image(100), noisy = Noisy(noise, image);
        noise.AddTo(Seed, At, image, image);
        image.Should().Equal(noisy);

        float[] memory = new float[11];
        FluentActions.Invoking(() => noise.AddTo(Seed, At, memory.AsSpan(0, 10), memory.AsSpan(1, 10))).Should().Throw<ArgumentException>()
            .WithMessage("*overlaps*");
        FluentActions.Invoking(() => noise.AddTo(Seed, At, memory, new float[9])).Should().Throw<ArgumentException>()
            .WithMessage("*11 elements*9*");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-.5)]
    [InlineData(1e-7)]
    [InlineData(1e7)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Constructor_sigma_out_of_range_throws(double sigma) =>
        FluentActions.Invoking(() => new GridGaussianNoise(sigma)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName(nameof(sigma));

    [Theory]
    [InlineData(.12)]
    [InlineData(.1)]
    [InlineData(1.0 / 3)]
    public void Level_is_drawn_exactly(double sigma)
    {
        GridGaussianNoise noise = new(sigma);
        noise.Level.Should().Be(new NoiseLevel(sigma, sigma, sigma));
        noise.DrawnSigma.Should().Be(sigma);
    }

    private static float[] Image(int length)
    {
        Random random = new(length);
        return [0, 1, .5f, 1e-30f, 1e-8f, 5e-7f, .99999994f, .. Enumerable.Range(0, length - 7)
            .Select(i => i % 2 == 0 ? random.Next(256) / 255f : random.NextSingle())];
    }

    private static float[] Noisy(GridGaussianNoise noise, float[] image)
    {
        float[] noisy = new float[image.Length];
        noise.AddTo(Seed, At, image, noisy);
        return noisy;
    }

    private static int[] Values(double sigma, int length, Path path)
    {
        int[] values = new int[length];
        new GridGaussianNoise(sigma).Fill(Seed, At, values, path);
        return values;
    }
}
