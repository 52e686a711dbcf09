using System.Numerics;

namespace DenoisedSmoothing.Tests.SecondOpinion;

/// <summary>
/// Integers that count units of 2^-256, and the functions that the statistics need, from their series. Each is good to
/// 2^-<see cref="Accurate"/>, far less than the roundings that are looked for.
/// </summary>
internal static class FixedPoint
{
    public const int Bits = 256;

    /// <summary>Errors are below 2^-this: a few hundred roundings of one unit each, and what their sum is multiplied with.</summary>
    public const int Accurate = 230;

    public static BigInteger One { get; } = BigInteger.One << Bits;

    private static readonly BigInteger s_log2 = 2 * ArcSeries(3, alternating: false);

    private static readonly BigInteger s_pi = 16 * ArcSeries(5, alternating: true) - 4 * ArcSeries(239, alternating: true);

    private static readonly BigInteger s_rootTwoPi = Root((2 * s_pi) << Bits);

    /// <summary>A double, cut to the unit.</summary>
    public static BigInteger Of(double value)
    {
        long bits = BitConverter.DoubleToInt64Bits(Math.Abs(value));
        int exponent = Math.Max((int)(bits >> 52), 1);
        BigInteger mantissa = (bits & ((1L << 52) - 1)) | (bits >> 52 == 0 ? 0 : 1L << 52);
        int shift = Bits + exponent - 1075;
        BigInteger result = shift >= 0 ? mantissa << shift : mantissa >> -shift;
        return value < 0 ? -result : result;
    }

    public static BigInteger Multiply(BigInteger a, BigInteger b) => (a * b) >> Bits;

    public static BigInteger Divide(BigInteger a, BigInteger b) => (a << Bits) / b;

    /// <summary>exp(x) for x in units, as a mantissa in [1, 2) and a power of two.</summary>
    public static (BigInteger Mantissa, int Exponent) Exp(BigInteger x)
    {
        BigInteger whole = BigInteger.Divide(x - (x.Sign < 0 ? s_log2 - 1 : 0), s_log2), rest = x - whole * s_log2, term = One, sum = One;
        for (int i = 1; !term.IsZero; i++)
        {
            term = Multiply(term, rest) / i;
            sum += term;
        }

        return (sum, (int)whole);
    }

    /// <summary>exp(x) between bounds.</summary>
    public static Enclosure Exp(double x)
    {
        (BigInteger mantissa, int exponent) = Exp(Of(x));
        BigInteger error = One >> Accurate;
        return new(Wide.Of(mantissa - error, exponent - Bits, up: false), Wide.Of(mantissa + error, exponent - Bits, up: true));
    }

    /// <summary>P(Z > x) for a standard normal Z and x from 0 to 12, in units.</summary>
    public static BigInteger NormalTail(BigInteger x)
    {
        // 1/2 - phi(x) (x + x^3/3 + x^5/(3 5) + ...): all terms positive.
        BigInteger square = Multiply(x, x), term = x, sum = x;
        for (int odd = 3; !term.IsZero; odd += 2)
        {
            term = Multiply(term, square) / odd;
            sum += term;
        }

        (BigInteger mantissa, int exponent) = Exp(-square / 2);
        BigInteger density = Divide(mantissa >> -exponent, s_rootTwoPi);
        return One / 2 - Multiply(density, sum);
    }

    /// <summary>arctanh(1/n), or arctan(1/n) with alternating signs.</summary>
    private static BigInteger ArcSeries(int n, bool alternating)
    {
        BigInteger power = One / n, sum = power;
        for (int odd = 3, sign = -1; !power.IsZero; odd += 2, sign = -sign)
        {
            power /= n * n;
            sum += (alternating ? sign : 1) * (power / odd);
        }

        return sum;
    }

    private static BigInteger Root(BigInteger square)
    {
        BigInteger root = BigInteger.One << (int)((square.GetBitLength() + 1) / 2);
        while (true)
        {
            BigInteger next = (root + square / root) / 2;
            if (next >= root)
                return root;
            root = next;
        }
    }
}
