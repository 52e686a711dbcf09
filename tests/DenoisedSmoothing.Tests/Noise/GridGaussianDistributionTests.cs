using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Votes;
using Xunit.Abstractions;

namespace DenoisedSmoothing.Tests.Noise;

/// <summary>
/// Draws against the exact law. A score is a chi-square less its mean over its standard deviation; a true sample misses 5 about once in a
/// million.
/// Doctored samples fail.
/// </summary>
public class GridGaussianDistributionTests(GridGaussianDistributionTests.Sample sample, ITestOutputHelper output)
    : IClassFixture<GridGaussianDistributionTests.Sample>
{
    private const double Sigma = .3, Bound = 5;
    private const int RowLength = 1 << 20, Rows = 20;
    private const int CellSize = GridGaussianLaw.CellSize, Parts = 4;

    /// <summary>Twenty million values, as an image's estimation would draw them.</summary>
    public sealed class Sample
    {
        public int[] Values { get; } = Draw();

        private static int[] Draw()
        {
            GridGaussianNoise noise = new(Sigma);
            int[] values = new int[Rows * RowLength];
            for (int row = 0; row < Rows; row++)
                noise.Fill(20220621, new NoiseCoordinate(0, 3, VotePhase.Estimation, row), values.AsSpan(row * RowLength, RowLength),
                    GaussianNoise.BestPath);
            return values;
        }
    }

    [Fact]
    public void Cells_on_both_sides_have_their_exact_probabilities() => Score(Cells(sample.Values), CellProbabilities(Sigma)).Should()
        .BeInRange(-Bound, Bound);

    [Theory]
    [InlineData(1.005)]
    [InlineData(.995)]
    public void Cells_of_a_sigma_that_differs_by_half_a_per_cent_fail(double factor) =>
        Score(Cells(sample.Values), CellProbabilities(factor * Sigma)).Should().BeGreaterThan(2 * Bound);

    /// <summary>
    /// Within a cell the density falls, by two thirds of a per cent at one sigma: quarters of the cell, summed over all cells.
    /// </summary>
    [Fact]
    public void Places_within_cells_have_their_exact_probabilities() => Score(Places(sample.Values), PlaceProbabilities()).Should()
        .BeInRange(-Bound, Bound);

    [Fact]
    public void Places_of_a_table_without_the_rest_fail() =>
        Score(Places(sample.Values), [.. Enumerable.Repeat(1.0 / Parts, Parts)]).Should()
            .BeGreaterThan(Bound, "uniform cells alone would give this");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(16)]
    public void Neighbours_are_not_correlated(int lag)
    {
        double sum = 0, scale = 1 / (new GridGaussianLaw(Sigma).Steps * new GridGaussianLaw(Sigma).Steps);
        for (int i = 0; i + lag < RowLength; i++)
            sum += (double)sample.Values[i] * sample.Values[i + lag] * scale;
        Math.Abs(sum / Math.Sqrt(RowLength - lag)).Should().BeLessThan(Bound);
    }

    /// <summary>Counts by four cells of floor(N / g), whose number is negative below zero.</summary>
    private static Dictionary<int, long> Cells(int[] values)
    {
        Dictionary<int, long> counts = [];
        foreach (int value in values)
        {
            int cell = value >> (GridGaussianLaw.CellBits + 2);
            counts[cell] = counts.GetValueOrDefault(cell) + 1;
        }

        return counts;
    }

    private static Dictionary<int, double> CellProbabilities(double sigma)
    {
        ExactHalfNormal exact = new(sigma, new GridGaussianLaw(Sigma).Step);
        Dictionary<int, double> probabilities = [];
        decimal before = 0;
        for (int cell = 0; cell < 250; cell++)
        {
            decimal below = exact.Below((cell + 1L) * 4 * CellSize);
            probabilities[cell] = probabilities[~cell] = (double)(below - before) / 2;
            before = below;
        }

        return probabilities;
    }

    private static long[] Places(int[] values)
    {
        long[] counts = new long[Parts];
        foreach (int value in values)
            counts[((value < 0 ? ~value : value) & (CellSize - 1)) / (CellSize / Parts)]++;
        return counts;
    }

    private static double[] PlaceProbabilities()
    {
        ExactHalfNormal exact = new(Sigma, new GridGaussianLaw(Sigma).Step);
        decimal[] parts = new decimal[Parts];
        decimal before = 0;
        for (long i = 0; i < 1000L * Parts; i++)
        {
            decimal below = exact.Below((i + 1) * (CellSize / Parts));
            parts[i % Parts] += below - before;
            before = below;
        }

        return [.. parts.Select(part => (double)(part / before))];
    }

    private double Score(Dictionary<int, long> counts, Dictionary<int, double> probabilities)
    {
        // Cells that are expected ten times or more; all others together are one more.
        int[] cells = [.. probabilities.Where(pair => pair.Value * sample.Values.Length >= 10).Select(pair => pair.Key)];
        double[] expected = [.. cells.Select(cell => probabilities[cell])];
        long[] seen = [.. cells.Select(cell => counts.GetValueOrDefault(cell))];
        return Score([.. seen, sample.Values.Length - seen.Sum()], [.. expected, Math.Max(1 - expected.Sum(), 1e-12)]);
    }

    private double Score(long[] seen, double[] probabilities)
    {
        double total = seen.Sum(), chi = 0;
        for (int i = 0; i < seen.Length; i++)
            chi += (seen[i] - total * probabilities[i]) * (seen[i] - total * probabilities[i]) / (total * probabilities[i]);
        double score = (chi - (seen.Length - 1)) / Math.Sqrt(2 * (seen.Length - 1));
        output.WriteLine($"{score:F2}");
        return score;
    }
}
