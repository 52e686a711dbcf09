using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Votes;
using MathNet.Numerics.Distributions;
using Xunit.Abstractions;

namespace DenoisedSmoothing.Tests.Noise;

/// <summary>The law of the noise: certificates hold because it is Gaussian. Seeds are fixed, so these tests do not flicker.</summary>
/// <remarks>
/// Each measure is a z-score or a p-value whose bound a true sample misses about once in a million; doctored samples fail it.
/// </remarks>
public class GaussianNoiseDistributionTests(GaussianNoiseDistributionTests.Sample sample, ITestOutputHelper output)
    : IClassFixture<GaussianNoiseDistributionTests.Sample>
{
    private const double Bound = 5;
    private const int RowLength = 100_000;
    private const int Rows = 100;

    /// <summary>Ten million normals: 100 rows, as an image's estimation would draw them.</summary>
    public sealed class Sample
    {
        public float[] Normals { get; } = Draw();

        private static float[] Draw()
        {
            var normals = new float[Rows * RowLength];
            for (int row = 0; row < Rows; row++)
                GaussianNoise.Fill(20220621, new NoiseCoordinate(0, 3, VotePhase.Estimation, row),
                    normals.AsSpan(row * RowLength, RowLength));
            return normals;
        }
    }

    [Fact]
    public void Moments_ten_million_are_those_of_a_standard_normal()
    {
        double[] scores = MomentScores(sample.Normals, 1);
        output.WriteLine(string.Join("  ", scores.Select(score => $"{score:F2}")));
        scores.Should().OnlyContain(score => Math.Abs(score) < Bound);
    }

    [Fact]
    public void Moments_one_per_cent_wider_fail() =>
        MomentScores(sample.Normals, 1.01)[1].Should().BeGreaterThan(8 * Bound);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Tails_counts_on_both_sides_are_binomial(double level)
    {
        double probability = Normal.CDF(0, 1, -level);
        TailP(sample.Normals.Count(z => z > level), probability).Should().BeGreaterThan(1e-6);
        TailP(sample.Normals.Count(z => z < -level), probability).Should().BeGreaterThan(1e-6);
        if (level <= 3)
            TailP(sample.Normals.Count(z => 1.01 * z > level), probability).Should().BeLessThan(1e-6, "one per cent wider shows");
    }

    [Fact]
    public void Distribution_chi_square_over_1000_equal_bins_fits()
    {
        double score = ChiSquareScore(sample.Normals.AsSpan(0, 4_000_000), 1);
        output.WriteLine($"{score:F2}");
        Math.Abs(score).Should().BeLessThan(Bound);
    }

    [Theory]
    [InlineData(1.01)]
    [InlineData(0.99)]
    public void Distribution_chi_square_doctored_width_fails(double width) =>
        ChiSquareScore(sample.Normals.AsSpan(0, 4_000_000), width).Should().BeGreaterThan(2 * Bound);

    [Fact]
    public void Distribution_chi_square_sum_of_twelve_uniforms_fails()
    {
        // The classic shortcut has the right mean and variance and the wrong tails.
        var random = new Random(1);
        var normals = new float[1_000_000];
        for (int i = 0; i < normals.Length; i++)
        {
            double sum = -6;
            for (int k = 0; k < 12; k++)
                sum += random.NextDouble();
            normals[i] = (float)sum;
        }
        ChiSquareScore(normals, 1).Should().BeGreaterThan(Bound);
    }

    /// <summary>
    /// Elements of a row at every small distance, which takes in the halves of a pair (8 apart) and the pairs of a block (16).
    /// </summary>
    [Fact]
    public void Correlation_within_a_row_is_none()
    {
        ReadOnlySpan<float> normals = sample.Normals.AsSpan(0, 1_000_000);
        for (int lag = 1; lag <= 40; lag++)
        {
            (double linear, double squares) = CorrelationScores(normals[..^lag], normals[lag..]);
            Math.Abs(linear).Should().BeLessThan(Bound, "lag {0}", lag);
            Math.Abs(squares).Should().BeLessThan(Bound, "squares, lag {0}", lag);
        }
    }

    [Fact]
    public void Correlation_of_cosine_and_sine_halves_is_none()
    {
        var cos = new List<float>();
        var sin = new List<float>();
        for (int i = 0; i < 2_000_000; i++)
            (i / 8 % 2 == 0 ? cos : sin).Add(sample.Normals[i]);

        (double linear, double squares) = CorrelationScores(cos.ToArray(), sin.ToArray());

        Math.Abs(linear).Should().BeLessThan(Bound);
        Math.Abs(squares).Should().BeLessThan(Bound, "the radius is common to both, yet their squares are independent for a true Gaussian");
    }

    /// <summary>
    /// A denoiser that could see the smoothing noise would void the certificate: inner streams must tell nothing about stream 0.
    /// </summary>
    [Fact]
    public void Correlation_between_streams_images_phases_samples_and_seeds_is_none()
    {
        (ulong Seed, NoiseCoordinate At)[] places =
        [
            (1, new(0, 0, VotePhase.Prediction, 0)),
            (1, new(1, 0, VotePhase.Prediction, 0)),
            (1, new(2, 0, VotePhase.Prediction, 0)),
            (1, new(0, 1, VotePhase.Prediction, 0)),
            (1, new(0, 2, VotePhase.Prediction, 0)),
            (1, new(0, 0, VotePhase.Selection, 0)),
            (1, new(0, 0, VotePhase.Estimation, 0)),
            (1, new(0, 0, VotePhase.Prediction, 1)),
            (1, new(0, 0, VotePhase.Prediction, 2)),
            (1, new(0, 0, VotePhase.Prediction, 16)),
            (0, new(0, 0, VotePhase.Prediction, 0)),
            (2, new(0, 0, VotePhase.Prediction, 0)),
            (1UL << 32, new(0, 0, VotePhase.Prediction, 0)),
            (1UL << 63, new(0, 0, VotePhase.Prediction, 0)),
        ];
        float[][] rows = [.. places.Select(place =>
        {
            var row = new float[200_000];
            GaussianNoise.Fill(place.Seed, place.At, row);
            return row;
        })];

        for (int i = 0; i < rows.Length; i++)
        for (int j = 0; j < i; j++)
        {
            (double linear, double squares) = CorrelationScores(rows[i], rows[j]);
            Math.Abs(linear).Should().BeLessThan(Bound, "{0} and {1}", places[i], places[j]);
            Math.Abs(squares).Should().BeLessThan(Bound, "squares, {0} and {1}", places[i], places[j]);
        }
    }

    [Fact]
    public void Correlation_doctored_stream_fails()
    {
        float[] row = sample.Normals[..200_000];
        float[] leaking = [.. row.Zip(sample.Normals.Skip(200_000), (seen, own) => 0.02f * seen + own)];
        CorrelationScores(row, leaking).Linear.Should().BeGreaterThan(Bound);
    }

    /// <summary>z-scores of the first four moments about zero: E z, z^2, z^3, z^4 are 0, 1, 0, 3 with variances 1, 2, 15, 96.</summary>
    private static double[] MomentScores(float[] normals, double width)
    {
        double s1 = 0, s2 = 0, s3 = 0, s4 = 0;
        foreach (float normal in normals)
        {
            double z = width * normal, square = z * z;
            s1 += z;
            s2 += square;
            s3 += square * z;
            s4 += square * square;
        }
        double n = normals.Length;
        return [s1 / Math.Sqrt(n), (s2 - n) / Math.Sqrt(2 * n), s3 / Math.Sqrt(15 * n), (s4 - 3 * n) / Math.Sqrt(96 * n)];
    }

    private static double TailP(int count, double probability)
    {
        var law = new MathNet.Numerics.Distributions.Binomial(probability, Rows * RowLength);
        return 2 * Math.Min(law.CumulativeDistribution(count), 1 - law.CumulativeDistribution(count - 1));
    }

    private static double ChiSquareScore(ReadOnlySpan<float> normals, double width)
    {
        const int bins = 1000;
        double[] edges = [.. Enumerable.Range(1, bins - 1).Select(bin => Normal.InvCDF(0, 1, (double)bin / bins))];
        var counts = new long[bins];
        foreach (float normal in normals)
        {
            int at = Array.BinarySearch(edges, width * normal);
            counts[at < 0 ? ~at : at + 1]++;
        }
        double expected = (double)normals.Length / bins;
        double chiSquare = counts.Sum(count => (count - expected) * (count - expected) / expected);
        return (chiSquare - (bins - 1)) / Math.Sqrt(2 * (bins - 1));
    }

    /// <summary>z-scores of sum x y and of sum (x^2 - 1)(y^2 - 1), whose terms have variances 1 and 4.</summary>
    private static (double Linear, double Squares) CorrelationScores(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        double linear = 0, squares = 0;
        for (int i = 0; i < x.Length; i++)
        {
            double a = x[i], b = y[i];
            linear += a * b;
            squares += (a * a - 1) * (b * b - 1);
        }
        return (linear / Math.Sqrt(x.Length), squares / Math.Sqrt(4.0 * x.Length));
    }
}
