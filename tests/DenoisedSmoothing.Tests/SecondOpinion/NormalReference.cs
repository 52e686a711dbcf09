using System.Numerics;

namespace DenoisedSmoothing.Tests.SecondOpinion;

/// <summary>Upper tails of the standard normal distribution in units of 2^-256, with room for their own errors.</summary>
internal static class NormalReference
{
    /// <summary>What a tail may be off by: the terms' roundings times a density's inverse, for |x| below 9.</summary>
    private static readonly BigInteger s_error = FixedPoint.One >> 180;

    /// <summary>P(Z > x) for |x| below 9, x in units: at least this.</summary>
    public static BigInteger TailLow(BigInteger x) => Tail(x) - s_error;

    /// <summary>P(Z > x) for |x| below 9, x in units: at most this.</summary>
    public static BigInteger TailHigh(BigInteger x) => Tail(x) + s_error;

    /// <summary>The density, as a double: for slopes.</summary>
    public static double Density(double x) => Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);

    /// <summary>A number in units as a double.</summary>
    public static double ToDouble(BigInteger value)
    {
        int cut = Math.Max(0, (int)value.GetBitLength() - 64);
        return Math.ScaleB((double)(value >> cut), cut - FixedPoint.Bits);
    }

    private static BigInteger Tail(BigInteger x) => x.Sign < 0 ? FixedPoint.One - FixedPoint.NormalTail(-x) : FixedPoint.NormalTail(x);
}
