using Xunit.Abstractions;

using DenoisedSmoothing.Noise;

namespace DenoisedSmoothing.Tests.Noise;

/// <summary>The law that the table draws, against the exact one: probabilities from decimal arithmetic, not from this library.</summary>
public class GridGaussianLawTests(ITestOutputHelper output)
{
    private const decimal Unit = 1m / (1 << 18);

    [Theory]
    [InlineData(.25)]
    [InlineData(.12)]
    [InlineData(.9999999)]
    [InlineData(1)]
    [InlineData(.001)]
    [InlineData(37.5)]
    public void Total_variation_of_a_value_is_below_what_certificates_take_off(double sigma)
    {
        GridGaussianLaw law = new(sigma);

        decimal distance = Distance(law, sigma);
        output.WriteLine($"{sigma}: {Math.Log2((double)distance):F2}");

        distance.Should().BeLessThan((decimal)GridGaussianLaw.TotalVariation);
    }

    [Fact]
    public void Total_variation_of_another_sigma_is_not()
    {
        double sigma = .5, other = .5 * (1 + 1e-11);
        Distance(new GridGaussianLaw(other), sigma).Should().BeGreaterThan((decimal)GridGaussianLaw.TotalVariation);
    }

    [Fact]
    public void Weights_are_those_of_the_golden()
    {
        foreach (GridGolden golden in GridGolden.All)
        {
            GridGaussianLaw law = new(golden.Sigma);
            law.Cells.Should().Be(golden.Cells);
            Math.Log2(law.Step).Should().Be(golden.StepLog2);
            golden.Weights.Should().OnlyContain(pair => law.Weights[pair.Key] == pair.Value);
            law.Weights.Sum().Should().Be(1 << 18);
        }
    }

    /// <summary>docs/noise.md: 0.36% to 0.42%.</summary>
    [Theory]
    [InlineData(.25, .0041, .0042)]
    [InlineData(.49999, .0035, .0037)]
    public void Rest_is_as_rare_as_documented(double sigma, double least, double most)
    {
        GridGaussianLaw law = new(sigma);
        ((double)(law.Weights[law.Cells] * Unit)).Should().BeInRange(least, most);
    }

    [Theory]
    [InlineData(.25)]
    [InlineData(.49999)]
    public void Rest_in_a_cell_has_the_shape_of_the_density_above_its_last_value(double sigma)
    {
        GridGaussianLaw law = new(sigma);
        ExactHalfNormal exact = new(sigma, law.Step);
        foreach (int cell in new[] { 0, 1, 2, 50, 128, 129, 300, 500 })
        {
            long first = (long)cell << GridGaussianLaw.CellBits, last = first + GridGaussianLaw.CellSize - 1;
            decimal floor = exact.Of(last);
            double[] ratios = [.. new[] { 0, 1, 77, 1000, 4095, 7000, 8000 }.Select(place =>
                (double)(exact.Of(first + place) - floor) / ((GridGaussianLaw.CellSize - 1 - place) * law.Rest.Acceptance(cell, place)))];
            ratios.Should().OnlyContain(ratio => Math.Abs(ratio / ratios[0] - 1) < 1e-10, "cell {0}", cell);
            Enumerable.Range(0, GridGaussianLaw.CellSize - 1).Should()
                .OnlyContain(place => law.Rest.Acceptance(cell, place) <= 1, "cell {0}", cell);
        }
    }

    [Fact]
    public void TryValue_counts_words_by_the_weights()
    {
        // Every slot and share, each at both ends of the bits below it, which must not matter.
        GridGaussianLaw law = new(.3);
        int[] counted = new int[4096];
        for (uint high = 0; high < 1 << 18; high++)
        {
            int entry = EntryOf(law, high << 14);
            EntryOf(law, high << 14 | 8191).Should().Be(entry);
            counted[entry]++;
        }

        counted.Should().Equal(law.Weights);
    }

    [Fact]
    public void TryValue_sign_and_place_are_bits_of_their_own()
    {
        GridGaussianLaw law = new(.3);
        foreach (uint high in new uint[] { 0, 12_345, 70_000, 200_000 })
        {
            foreach (uint place in new uint[] { 0, 1, 4097, 8191 })
            {
                law.TryValue(high << 14 | place, out int positive);
                law.TryValue(high << 14 | 1 << 13 | place, out int negative);
                (positive & 8191).Should().Be((int)place);
                negative.Should().Be(~positive);
            }
        }
    }

    private static int EntryOf(GridGaussianLaw law, uint word) => law.TryValue(word, out int value)
        ? value >> GridGaussianLaw.CellBits
        : law.Cells;

    private static decimal Distance(GridGaussianLaw law, double sigma)
    {
        ExactHalfNormal exact = new(sigma, new GridGaussianLaw(sigma).Step);
        decimal apart = 0, before = 0, rest = law.Weights[law.Cells] * Unit, triangles = 0;
        for (int cell = 0; cell < law.Cells; cell++)
        {
            long end = (cell + 1L) << GridGaussianLaw.CellBits;
            decimal below = exact.Below(end), flat = GridGaussianLaw.CellSize * exact.Of(end - 1), above = rest * Share(law.Cells + cell);
            apart += Math.Abs(law.Weights[cell] * Unit + rest * Share(cell) - flat) + Math.Abs(above - (below - before - flat));
            (before, triangles) = (below, triangles + above);
        }

        // In a triangle the shape is right to 1e-10 (a test of its own), and 16 tries fail with probability below 1e-14.
        return (apart + (1 - before)) / 2 + triangles * 1e-10m + 1e-14m;

        decimal Share(int part)
        {
            UInt128 end = part == 2 * law.Cells - 1 ? UInt128.One << 64 : law.Rest.Cumulative[part];
            return (decimal)(end - (part == 0 ? 0 : law.Rest.Cumulative[part - 1])) / 18446744073709551616m;
        }
    }
}
