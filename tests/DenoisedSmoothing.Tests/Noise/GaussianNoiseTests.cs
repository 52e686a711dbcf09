using System.Runtime.InteropServices;
using System.Security.Cryptography;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Votes;
using Path = DenoisedSmoothing.Noise.GaussianNoise.Path;

namespace DenoisedSmoothing.Tests.Noise;

/// <summary>The bits: what a row is, and that nothing but seed, coordinate and element changes it.</summary>
public class GaussianNoiseTests
{
    private const ulong Seed = 0x0123456789ABCDEF;
    private static readonly NoiseCoordinate At = new(5, 4_000_000_123, VotePhase.Estimation, 60_000_000_007);

    private static readonly int[] Lengths =
        [0, 1, 2, 3, 7, 8, 9, 31, 32, 33, 63, 64, 65, 255, 1000, 1023, 1024, 1025, 3071, 3072, 3073, 10007];

    /// <summary>
    /// The bits of the first 72 elements at <see cref="At"/>, made apart from this code: Philox in Python integers, Box-Muller with
    /// mpmath at 200 bits, rounded once to float.
    /// </summary>
    private static readonly uint[] FirstBits =
    [
        0x3F948124, 0xBFC269E3, 0xBEA91938, 0x3F456F50, 0xBFE87A57, 0xBFA3EA3B, 0x3EC5689D, 0x3F14B8B6, 0x3F431136, 0x3F43D9AE, 0xBF2A9023,
            0xBFEBF796,
        0xBEE49827, 0xBF344A6B, 0x400AC24B, 0xBF1E3BF7, 0xBF9B2B26, 0x400E490F, 0x3FDE1367, 0xBE8F9891, 0xBF235E01, 0xBEA7E0E4, 0x3F10FD33,
            0x3E674CFD,
        0xBECC3825, 0x3F900785, 0xBF5F140F, 0xBF880627, 0xC01C4BEC, 0xBEB0B894, 0x3F3CC520, 0xBE688D0E, 0x3F0DF1B1, 0xBF220628, 0x3FB9CEBC,
            0xBF073B14,
        0x3D4F77F0, 0xBE46E494, 0x3F1159FC, 0xBF4E70A1, 0x3F1B5795, 0x3F1A9DF8, 0x4004EF07, 0xBEF949AD, 0xBF56B91B, 0x3E926D2A, 0xBF058705,
            0xBF0586E6,
        0xBF69D8A6, 0x3F6F3FD4, 0x3F87D0AE, 0xBD86CCAB, 0xBDB0AFBD, 0x3D900B68, 0xBF1ED1B8, 0xBF0289FB, 0xBF41D742, 0x3F8CEA40, 0xBF2DA304,
            0x3F357905,
        0xBF0F84DA, 0x3FAF74EA, 0xBEB38028, 0xBFDBC232, 0xBDBF7D07, 0x3F98E186, 0x3F9D26C4, 0xBE13FD96, 0x3EF3207D, 0xBFAE875B, 0x3DFDBECA,
            0x3FDBA487,
    ];

    /// <summary>The paths this processor can run; those that it cannot are covered on machines that can, by the same pinned bits.</summary>
    public static TheoryData<string> Paths => new(
        Enum.GetValues<Path>().Where(path => path <= GaussianNoise.BestPath).Select(path => path.ToString()));

    [Theory]
    [MemberData(nameof(Paths))]
    public void Fill_first_elements_are_the_high_precision_ones(string path) =>
        MemoryMarshal.Cast<float, uint>(Row(72, Enum.Parse<Path>(path))).ToArray().Should().Equal(FirstBits);

    /// <summary>Pins the scheme. A Python script with its own Philox and libm's double log, sin and cos gives the same
    /// hash. If this fails, noise has changed and <see cref="GaussianNoise.Version"/> must too.</summary>
    [Theory]
    [MemberData(nameof(Paths))]
    public void Fill_million_normals_have_the_pinned_hash(string path)
    {
        GaussianNoise.Version.Should().Be("philox4x32-10/box-muller/1");
        Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(Row(1_000_000, Enum.Parse<Path>(path)).AsSpan())))
            .Should().Be("759f1b7958dbbf3d2adfa9c983b87e80fd2df5cad0f189b8eae18c48a0b9c384");
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Fill_any_length_is_a_prefix_with_the_scalar_bits(string path)
    {
        float[] whole = Row(Lengths.Max(), Path.Scalar);
        foreach (int length in Lengths)
            Row(length, Enum.Parse<Path>(path)).AsSpan().SequenceEqual(whole.AsSpan(0, length)).Should().BeTrue("length {0}", length);
    }

    [Fact]
    public void Fill_public_entry_takes_the_best_path()
    {
        var row = new float[1025];
        GaussianNoise.Fill(Seed, At, row);
        row.Should().Equal(Row(1025, Path.Scalar));
    }

    [Fact]
    public void Fill_from_many_threads_is_the_same()
    {
        float[][] Rows(int threads)
        {
            var rows = new float[64][];
            Parallel.For(0, rows.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
                GaussianNoise.Fill(Seed, At with { Sample = i }, rows[i] = new float[777]));
            return rows;
        }

        Rows(8).SelectMany(row => row).SequenceEqual(Rows(1).SelectMany(row => row)).Should().BeTrue();
    }

    /// <summary>
    /// A float product and a float sum, each rounded: both are exact enough in double to be rounded from there. Fused, some would differ.
    /// </summary>
    [Theory]
    [MemberData(nameof(Paths))]
    public void AddTo_any_length_is_image_plus_rounded_product(string path)
    {
        const float sigma = 0.12f;
        int fusedWouldDiffer = 0;
        foreach (int length in Lengths)
        {
            float[] image = Image(length), normals = Row(length, Path.Scalar), noisy = new float[length];
            GaussianNoise.AddTo(Seed, At, image, sigma, noisy, Enum.Parse<Path>(path));
            for (int i = 0; i < length; i++)
            {
                float product = (float)((double)sigma * normals[i]);
                float sum = (float)((double)image[i] + product);
                if (noisy[i] != sum)
                    Assert.Fail($"Element {i} of {length} is {noisy[i]:R}, not {sum:R}.");
                if (MathF.FusedMultiplyAdd(sigma, normals[i], image[i]) != sum)
                    fusedWouldDiffer++;
            }
        }
        fusedWouldDiffer.Should().BeGreaterThan(100, "else this test could not tell");
    }

    [Fact]
    public void AddTo_in_place_is_the_same()
    {
        float[] image = Image(5000), noisy = new float[5000];
        GaussianNoise.AddTo(Seed, At, image, 0.5f, noisy);
        GaussianNoise.AddTo(Seed, At, image, 0.5f, image);
        image.Should().Equal(noisy);
    }

    [Fact]
    public void AddTo_spans_that_do_not_fit_throw()
    {
        float[] memory = new float[20];

        FluentActions.Invoking(() => GaussianNoise.AddTo(Seed, At, memory.AsSpan(0, 10), 0.5f, memory.AsSpan(1, 10)))
            .Should().Throw<ArgumentException>().WithMessage("*overlaps*");
        FluentActions.Invoking(() => GaussianNoise.AddTo(Seed, At, memory.AsSpan(0, 10), 0.5f, new float[9]))
            .Should().Throw<ArgumentException>().WithMessage("*10 elements, the noisy image 9*");
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(-1f)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void AddTo_sigma_out_of_range_throws(float sigma) =>
        FluentActions.Invoking(() => GaussianNoise.AddTo(Seed, At, new float[1], sigma, new float[1]))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("sigma");

    [Fact]
    public void Fill_row_longer_than_the_counter_throws()
    {
        GaussianNoise.MaxRowLength.Should().Be(1 << 30);
        float element = 0;
        FluentActions.Invoking(() => GaussianNoise.Fill(Seed, At, MemoryMarshal.CreateSpan(ref element, GaussianNoise.MaxRowLength + 1)))
            .Should().Throw<ArgumentException>().WithMessage("*at most 1073741824 elements*");
    }

    private static float[] Row(int length, Path path)
    {
        var row = new float[length];
        GaussianNoise.Fill(Seed, At, row, path);
        return row;
    }

    private static float[] Image(int length) => [.. Enumerable.Range(0, length).Select(i => i * 37 % 256 / 255f)];
}
