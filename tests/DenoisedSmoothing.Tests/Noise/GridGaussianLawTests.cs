using Xunit.Abstractions;

using DenoisedSmoothing.Noise;

namespace DenoisedSmoothing.Tests.Noise;

/// <summary>The law that the table draws, against the exact one: probabilities from decimal arithmetic, not from this library.</summary>
public class GridGaussianLawTests(ITestOutputHelper output)
{
    private const decimal Unit = 1m / (1L << 50);

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
            foreach ((int entry, long weight) in golden.Weights.Where(pair => pair.Key < golden.Cells))
                law.Weights[entry].Should().BeCloseTo(weight, 1, "entry {0}", entry);
            law.Weights[law.Cells].Should().BeCloseTo(golden.Weights[law.Cells], 100, "it takes all roundings");
            law.Weights.Sum().Should().Be(1L << 50);
        }
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
        // Over the edges of every slot's share, and between: the words that pick an entry are as many as its weight says.
        GridGaussianLaw law = new(.3);
        long[] counted = new long[4096];
        for (ulong slot = 0; slot < 4096; slot++)
        {
            ulong own = 0, end = 1UL << 38;
            while (own < end)
            {
                // The first share at which the slot's own entry ends, by bisection.
                ulong middle = own + (end - own) / 2;
                if (EntryOf(law, slot << 52 | middle << 14) == (int)slot)
                    own = middle + 1;
                else
                    end = middle;
            }

            counted[slot] += (long)own;
            if (own < 1UL << 38)
                counted[EntryOf(law, slot << 52 | (1UL << 38) - 1 << 14)] += (long)((1UL << 38) - own);
        }

        counted.Should().Equal(law.Weights);
    }

    private static int EntryOf(GridGaussianLaw law, ulong word) => law.TryValue(word, out int value)
        ? value >> GridGaussianLaw.CellBits
        : law.Cells;

    private static decimal Distance(GridGaussianLaw law, double sigma)
    {
        ExactHalfNormal exact = new(sigma, new GridGaussianLaw(sigma).Step);
        decimal apart = 0, before = 0, rest = law.Weights[law.Cells] * Unit;
        UInt128 cumulative = 0;
        for (int cell = 0; cell < law.Cells; cell++)
        {
            long end = (cell + 1L) << GridGaussianLaw.CellBits;
            decimal below = exact.Below(end), flat = GridGaussianLaw.CellSize * exact.Of(end - 1);
            UInt128 next = cell == law.Cells - 1 ? UInt128.One << 64 : law.Rest.Cumulative[cell];
            decimal share = (decimal)(next - cumulative) / 18446744073709551616m;
            apart += Math.Abs(law.Weights[cell] * Unit - flat) + Math.Abs(rest * share - (below - before - flat));
            (before, cumulative) = (below, next);
        }

        // In a cell of the rest the shape is right to 1e-10 (a test of its own), and 16 tries fail with probability below 1e-14.
        return (apart + (1 - before)) / 2 + rest * 1e-10m + 1e-14m;
    }
}
