using DenoisedSmoothing.Noise;

namespace DenoisedSmoothing.Tests.Noise;

/// <summary>
/// 2 Phi(x) - 1 to 26 digits, in decimal arithmetic: sqrt(2/pi) (x + x^3/3 + x^5/15 + ...) / exp(x^2/2), all terms positive.
/// </summary>
internal sealed class ExactHalfNormal
{
    private const decimal RootTwoOverPi = 0.79788456080286535587989211987m;
    private const decimal E = 2.7182818284590452353602874714m;

    private readonly decimal _steps;

    /// <param name="sigma">The standard deviation.</param>
    /// <param name="step">The grid's step, a power of two.</param>
    public ExactHalfNormal(double sigma, double step) => _steps = (decimal)(long)(sigma / step * (1L << 32)) / (1L << 32);

    /// <summary>The probability of all steps below k.</summary>
    public decimal Below(long k)
    {
        decimal x = k / _steps, square = x * x, term = x, sum = x;
        for (int n = 3; term > 1e-28m * sum; n += 2)
        {
            term = term * square / n;
            sum += term;
        }

        return RootTwoOverPi * sum / Exp(square / 2);
    }

    /// <summary>q(k).</summary>
    public decimal Of(long k) => Below(k + 1) - Below(k);

    private static decimal Exp(decimal y)
    {
        int whole = (int)y;
        decimal term = 1, sum = 1;
        for (int n = 1; n < 30; n++)
            sum += term = term * (y - whole) / n;
        for (int i = 0; i < whole; i++)
            sum *= E;
        return sum;
    }
}
