using DenoisedSmoothing.Noise;
using Xunit.Abstractions;

namespace DenoisedSmoothing.Tests.Noise;

/// <summary>The transformation against the runtime's double-precision functions, and against the Rayleigh law of the radius.</summary>
public class BoxMullerTests(ITestOutputHelper output)
{
    private const double Words = 4294967296;

    /// <summary>Largest error the polynomials may have; GaussianNoise's remarks state it.</summary>
    private const double MaxRelativeError = 1e-15;

    [Fact]
    public void Radius_dense_sweep_is_within_1e_15_of_the_runtimes_logarithm()
    {
        double worst = Sweep().Max(word =>
        {
            double exact = Math.Sqrt(-2 * Math.Log((word + 0.5) / Words));
            return Math.Abs(Radius(word) / exact - 1);
        });

        output.WriteLine($"radius: {worst:E2}");
        worst.Should().BeLessThan(MaxRelativeError);
    }

    [Fact]
    public void Direction_dense_sweep_is_within_1e_15_of_the_runtimes_sine_and_cosine()
    {
        double worst = Sweep().Max(word =>
        {
            double halfTurns = (word + 0.5) / (Words / 2);
            (double cos, double sin) = Direction(word);
            return Math.Max(Math.Abs(cos / double.CosPi(halfTurns) - 1), Math.Abs(sin / double.SinPi(halfTurns) - 1));
        });

        output.WriteLine($"direction: {worst:E2}");
        worst.Should().BeLessThan(MaxRelativeError);
    }

    [Fact]
    public void Radius_extreme_words_reach_the_whole_range()
    {
        Radius(0).Should().BeApproximately(Math.Sqrt(66 * Math.Log(2)), 1e-14, "u = 2^-33 is the smallest");
        Radius(0).Should().BeGreaterThan(6.76);
        // u = 1 - 2^-33: -2 ln u = 2^-32 (1 + 2^-34 + ...), all of which a float u would lose.
        Radius(uint.MaxValue).Should().BeApproximately(Math.Pow(2, -16) * (1 + Math.Pow(2, -35)), 1e-20);
    }

    [Fact]
    public void Direction_extreme_words_are_never_on_an_axis()
    {
        foreach (uint word in (uint[])[0, 0x3FFF_FFFF, 0x4000_0000, 0x7FFF_FFFF, 0x8000_0000, 0xBFFF_FFFF, 0xC000_0000, 0xFFFF_FFFF])
        {
            (double cos, double sin) = Direction(word);
            Math.Min(Math.Abs(cos), Math.Abs(sin)).Should().BeApproximately(Math.PI / Words, 1e-18);
        }
    }

    /// <summary>
    /// P(r > t) = exp(-t^2/2) is to hold for the 2^32 radii themselves: since the radius falls with the word, the count of words
    /// beyond t is found by bisection. This is exact, so it needs no sample, and reaches tails that no sample would.
    /// </summary>
    [Fact]
    public void Radius_count_of_words_beyond_every_level_is_the_rayleigh_law() =>
        WorstCountError(Radius).Should().BeLessThanOrEqualTo(0.5001);

    [Fact]
    public void Radius_doctored_transformations_fail_the_rayleigh_law()
    {
        WorstCountError(word => 1.000001 * Radius(word)).Should().BeGreaterThan(1000, "a millionth too wide shows");
        WorstCountError(word => Radius(word & 0xFFFF_FF00 | 0x80)).Should().BeGreaterThan(50, "24 bits of u end at 5.9");
        WorstCountError(word => (float)Math.Sqrt(-2 * Math.Log((float)((word + 0.5) / Words)))).Should().BeGreaterThan(50,
            "a float u loses the words near 1");
    }

    private static double WorstCountError(Func<uint, double> radius)
    {
        double worst = 0;
        for (double level = 0.0001; level < 6.9; level *= 1.01)
        {
            long low = 0, high = (long)Words; // the first word whose radius is not beyond the level lies in [low, high]
            while (low < high)
            {
                long middle = (low + high) / 2;
                if (radius((uint)middle) > level)
                    low = middle + 1;
                else
                    high = middle;
            }
            worst = Math.Max(worst, Math.Abs(low - Words * Math.Exp(-level * level / 2)));
        }
        return worst;
    }

    /// <summary>
    /// A million words over the whole range, and all of the words around the ends, the quarter turns and the powers of two.
    /// </summary>
    private static IEnumerable<uint> Sweep()
    {
        for (long word = 0; word <= uint.MaxValue; word += 4093)
            yield return (uint)word;
        for (int bit = 0; bit <= 32; bit++)
        {
            long centre = 1L << bit;
            for (long word = Math.Max(0, centre - 2000); word <= Math.Min(uint.MaxValue, centre + 2000); word++)
                yield return (uint)word;
        }
        for (uint word = 0xBFFF_FFFF - 2000; word < 0xC000_0000 + 2000; word++)
            yield return word;
    }

    private static double Radius(uint word) => BitConverter.UInt64BitsToDouble(BoxMuller<Lanes1>.Radius(new Lanes1(word)).Bits);

    private static (double Cos, double Sin) Direction(uint word)
    {
        BoxMuller<Lanes1>.Direction(new Lanes1(word), out Lanes1 cos, out Lanes1 sin);
        return (BitConverter.UInt64BitsToDouble(cos.Bits), BitConverter.UInt64BitsToDouble(sin.Bits));
    }
}
