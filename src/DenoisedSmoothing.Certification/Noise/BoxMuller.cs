using System.Runtime.CompilerServices;

namespace DenoisedSmoothing.Noise;

/// <summary>
/// Turns two random 32-bit words into two independent standard normals: r cos(2 pi v), r sin(2 pi v) with r = sqrt(-2 ln u).
/// </summary>
/// <remarks>
/// Box and Muller (1958). u = (w + 1/2) 2^-32 uses all 32 bits, so 0 and 1 never occur and the tail reaches sqrt(-2 ln 2^-33) = 6.76.
/// The logarithm, sine and cosine are Taylor polynomials in double precision, built from additions, multiplications, one division and one
/// square root, in a fixed order: every processor gives the same bits. Both u and 1 - u are exact in double.
/// </remarks>
/// <typeparam name="T">The width of the arithmetic.</typeparam>
internal static class BoxMuller<T>
    where T : struct, ILanes<T>
{
    /// <summary>
    /// The bits of 2^52, whose unit in the last place is 1: an integer below 2^52 put into its mantissa is added exactly.
    /// </summary>
    private const ulong TwoTo52Bits = 0x4330_0000_0000_0000;
    private const double TwoTo52 = 4503599627370496;
    private const int MantissaBits = 52;
    private const ulong ExponentStep = 1UL << MantissaBits;
    private const ulong SqrtHalfBits = 0x3FE6_A09E_667F_3BCD;
    private const double Ln2 = 0.69314718055994530942;

    /// <summary>The radius sqrt(-2 ln u).</summary>
    /// <param name="word">A word below 2^32 in each lane.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Radius(T word)
    {
        // w + 1/2 = 2^k m with m in [sqrt(1/2), sqrt(2)), so that near u = 1 the exponent part is 0 and nothing cancels.
        // raised = k + 1 is never negative (w = 0 has k = -1), which avoids a signed shift.
        T bits = ToDouble(word) + T.Real(0.5);
        T raised = T.SubtractWords(bits, T.Word(SqrtHalfBits - ExponentStep)) >>> MantissaBits;
        T m = T.SubtractWords(T.AddWords(bits, T.Word(ExponentStep)), raised << MantissaBits);
        T exponent = ToDouble(raised) - T.Real(33.0); // k - 32

        // ln m = 2 atanh(s), s = (m - 1)/(m + 1), |s| <= 0.1716: the first omitted term is below 9e-16 of the sum.
        T s = (m - T.Real(1.0)) / (m + T.Real(1.0));
        T q = s * s;
        T p = T.Real(1.0 / 17);
        p = p * q + T.Real(1.0 / 15);
        p = p * q + T.Real(1.0 / 13);
        p = p * q + T.Real(1.0 / 11);
        p = p * q + T.Real(1.0 / 9);
        p = p * q + T.Real(1.0 / 7);
        p = p * q + T.Real(1.0 / 5);
        p = p * q + T.Real(1.0 / 3);
        T logM = (s + s) + (s + s) * (q * p);
        return T.Sqrt(T.Real(-2.0) * (exponent * T.Real(Ln2) + logM));
    }

    /// <summary>Cosine and sine of 2 pi v, v = (w + 1/2) 2^-32.</summary>
    /// <param name="word">A word below 2^32 in each lane.</param>
    /// <param name="cos">cos(2 pi v), never 0.</param>
    /// <param name="sin">sin(2 pi v), never 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Direction(T word, out T cos, out T sin)
    {
        // The nearest quarter turn is split off in integers, exactly: turned = w + 2^29 holds it in bits 30 and 31 (bit 32 is a
        // full turn), and the rest, x in (-pi/4, pi/4), in the 30 bits below.
        T turned = T.AddWords(word, T.Word(1UL << 29));
        T rest = ToDouble(turned & T.Word((1UL << 30) - 1)) - T.Real((1 << 29) - 0.5);
        T x = rest * T.Real(Math.PI / 2 / (1 << 30));
        T q = x * x;

        // sin x = x - x^3/3! + ... - x^15/15!: the first omitted term is below 6e-17 of the sum.
        T p = T.Real(-1.0 / 1307674368000);
        p = p * q + T.Real(1.0 / 6227020800);
        p = p * q + T.Real(-1.0 / 39916800);
        p = p * q + T.Real(1.0 / 362880);
        p = p * q + T.Real(-1.0 / 5040);
        p = p * q + T.Real(1.0 / 120);
        p = p * q + T.Real(-1.0 / 6);
        T sinX = x + x * (q * p);

        // cos x = 1 - x^2/2! + ... + x^16/16!: the first omitted term is below 4e-18.
        p = T.Real(1.0 / 20922789888000);
        p = p * q + T.Real(-1.0 / 87178291200);
        p = p * q + T.Real(1.0 / 479001600);
        p = p * q + T.Real(-1.0 / 3628800);
        p = p * q + T.Real(1.0 / 40320);
        p = p * q + T.Real(-1.0 / 720);
        p = p * q + T.Real(1.0 / 24);
        p = p * q + T.Real(-0.5);
        T cosX = T.Real(1.0) + q * p;

        // Odd quarter turns exchange cosine and sine (an exchange of bits under a mask); then the signs, as sign bits:
        // cosine is negative in quarters 1 and 2, sine in 2 and 3.
        T odd = (turned >>> 30) & T.Word(1);
        T exchanged = (cosX ^ sinX) & T.SubtractWords(T.Word(0), odd);
        T sinSign = (turned << 32) & T.Word(1UL << 63);
        T cosSign = sinSign ^ (odd << 63);
        cos = cosX ^ exchanged ^ cosSign;
        sin = sinX ^ exchanged ^ sinSign;
    }

    /// <summary>An integer below 2^52 as a double, exactly, without a conversion instruction (AVX2 has none for 64 bits).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T ToDouble(T value) => (value | T.Word(TwoTo52Bits)) - T.Real(TwoTo52);
}
