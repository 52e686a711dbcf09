using DenoisedSmoothing.Statistics;

namespace DenoisedSmoothing.Soft;

/// <summary>
/// Counts scores in [0,1] exactly: each is rounded down to a multiple of 2^-30 and summed, along with its square, in whole numbers. So
/// neither the order of summation nor the number of scores can make a bound too large.
/// </summary>
/// <remarks>Not safe for concurrent use.</remarks>
public sealed class ScoreSums
{
    /// <summary>The most scores that can be counted.</summary>
    public const long MaxCount = 1L << 30;

    private const int Bits = 30;

    private UInt128 _sum, _squares;

    /// <summary>How many scores there are.</summary>
    public long Count { get; private set; }

    /// <summary>The mean, rounded down; 0 where there are no scores.</summary>
    public double Mean => Count == 0 ? 0 : Math.Max(0, Math.BitDecrement(Math.BitDecrement((double)_sum / Count / (1L << Bits))));

    /// <summary>An upper bound on the mean before scores were rounded down; 1 where there are no scores.</summary>
    public double MeanUpper => Count == 0
        ? 1
        : Math.Min(1, Math.BitIncrement(Math.BitIncrement((double)(_sum + (UInt128)Count) / Count / (1L << Bits))));

    /// <summary>The sample variance (n - 1) of the rounded scores, rounded up; 0 where there are fewer than two.</summary>
    public double Variance
    {
        get
        {
            if (Count < 2)
                return 0;
            UInt128 n = (UInt128)Count, spread = n * _squares - _sum * _sum; // exact, and not negative
            double variance = (double)spread / Count / (Count - 1.0) / Math.ScaleB(1, 2 * Bits);
            return spread == 0 ? 0 : variance * (1 + 1e-15);
        }
    }

    /// <summary>Counts a score.</summary>
    /// <param name="score">In [0,1]; NaN counts as 0, and anything that rounding put above 1 counts as 1.</param>
    /// <exception cref="InvalidOperationException">There are already <see cref="MaxCount"/> scores.</exception>
    public void Add(double score)
    {
        if (Count == MaxCount)
            throw new InvalidOperationException($"At most {MaxCount} scores can be counted.");
        ulong units = score > 0 ? (ulong)(Math.Min(score, 1) * (1L << Bits)) : 0;
        _sum += units;
        _squares += units * units;
        Count++;
    }

    /// <summary>A lower bound on the true mean, by <see cref="EmpiricalBernstein"/>; 0 where there are fewer than two scores.</summary>
    /// <param name="alpha">The allowed probability that the true mean is below it, above 0 and below 1.</param>
    public double Lower(double alpha) => Count < 2 ? 0 : Math.Max(0, EmpiricalBernstein.Lower(Mean, Variance, Count, alpha));
}
