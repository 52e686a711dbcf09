namespace DenoisedSmoothing.Statistics;

/// <summary>The natural logarithm of a probability, with a bound on its rounding error.</summary>
/// <param name="Value">The computed logarithm; minus infinity for probability 0.</param>
/// <param name="Error">The true logarithm lies within this distance of <paramref name="Value"/>.</param>
/// <param name="Slope">For tails: the derivative of the logarithm with respect to log p, for root finding only; 0 where it is not
/// needed.</param>
internal readonly record struct LogProbability(double Value, double Error, double Slope = 0)
{
    private const double Unit = ElementaryFunctions.Unit;

    internal static LogProbability Zero => new(double.NegativeInfinity, 0);

    internal static LogProbability One => new(0, 0);

    /// <summary>An upper bound on the true logarithm.</summary>
    internal double Upper => Value + Error;

    /// <summary>A lower bound on the true logarithm.</summary>
    internal double Lower => Value - Error;

    /// <summary>An upper bound on the true probability, at most 1.</summary>
    /// <remarks>
    /// Covers the roundings of Upper, of Exp and of the product; below 1e-308, where these are absolute, it adds a few smallest doubles.
    /// </remarks>
    internal double UpperProbability => double.IsNegativeInfinity(Value)
        ? 0
        : Math.Min(1, Math.Exp(Upper) * (1 + (Math.Abs(Upper) + 8) * Unit) + 8 * double.Epsilon);
}
