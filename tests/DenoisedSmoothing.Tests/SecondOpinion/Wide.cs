using System.Numerics;

namespace DenoisedSmoothing.Tests.SecondOpinion;

/// <summary>
/// A number of at least 0 in 128 binary digits, whose operations say which way they round. Written for these tests alone: it shares no code
/// and no algorithm with the library.
/// </summary>
/// <param name="Mantissa">With its highest bit set; 0 for the number 0.</param>
/// <param name="Exponent">The value is Mantissa 2^Exponent.</param>
internal readonly record struct Wide(UInt128 Mantissa, int Exponent) : IComparable<Wide>
{
    public static readonly Wide One = Of(1UL);

    public bool IsZero => Mantissa == 0;

    /// <summary>An integer, exactly.</summary>
    public static Wide Of(ulong value) => Normal(value, 0);

    /// <summary>A double, exactly; finite and not negative.</summary>
    public static Wide Of(double value)
    {
        if (value == 0)
            return default;
        long bits = BitConverter.DoubleToInt64Bits(value);
        int exponent = (int)(bits >> 52);
        ulong fraction = (ulong)bits & ((1UL << 52) - 1);
        return exponent == 0 ? Normal(fraction, -1074) : Normal(fraction | (1UL << 52), exponent - 1075);
    }

    /// <summary>value 2^exponent; value is not negative.</summary>
    public static Wide Of(BigInteger value, int exponent, bool up)
    {
        int excess = (int)value.GetBitLength() - 128;
        if (excess <= 0)
            return Normal((UInt128)value, exponent);
        BigInteger cut = value >> excess;
        bool inexact = cut << excess != value;
        return Rounded((UInt128)cut, exponent + excess, up && inexact);
    }

    public static Wide Multiply(Wide a, Wide b, bool up)
    {
        if (a.IsZero || b.IsZero)
            return default;
        (UInt128 high, UInt128 low) = Product(a.Mantissa, b.Mantissa);
        int exponent = a.Exponent + b.Exponent + 128;
        if ((long)(ulong)(high >> 64) >= 0)
        {
            (high, low) = ((high << 1) | (low >> 127), low << 1);
            exponent--;
        }

        return Rounded(high, exponent, up && low != 0);
    }

    public static Wide Divide(Wide a, Wide b, bool up)
    {
        if (a.IsZero)
            return a;
        BigInteger quotient = BigInteger.DivRem((BigInteger)a.Mantissa << 136, b.Mantissa, out BigInteger rest);

        // A rest stands for digits that follow: one more bit says that there are some.
        return Of((quotient << 1) + (rest.IsZero ? 0 : 1), a.Exponent - b.Exponent - 137, up);
    }

    public static Wide Add(Wide a, Wide b, bool up)
    {
        if (a.IsZero || b.IsZero)
            return a.IsZero ? b : a;
        if (a.Exponent < b.Exponent)
            (a, b) = (b, a);
        int shift = a.Exponent - b.Exponent;
        UInt128 small = shift < 128 ? b.Mantissa >> shift : 0;
        bool inexact = shift > 0 && (shift >= 128 || small << shift != b.Mantissa);
        UInt128 sum = a.Mantissa + small;
        if (sum >= small)
            return Rounded(sum, a.Exponent, up && inexact);
        inexact |= (sum & 1) != 0;
        return Rounded((sum >> 1) | (UInt128.One << 127), a.Exponent + 1, up && inexact);
    }

    /// <summary>a - b for b of at most a.</summary>
    public static Wide Subtract(Wide a, Wide b, bool up)
    {
        int exponent = Math.Min(a.Exponent, b.IsZero ? a.Exponent : b.Exponent);
        if (a.Exponent - exponent > 400)
            return up ? a : Multiply(a, new Wide(UInt128.MaxValue, -128), up: false);
        BigInteger difference = ((BigInteger)a.Mantissa << (a.Exponent - exponent)) - (b.IsZero
            ? 0
            : (BigInteger)b.Mantissa << (b.Exponent - exponent));
        return difference.Sign < 0 ? throw new ArgumentException("The difference is negative.", nameof(b)) : Of(difference, exponent, up);
    }

    /// <summary>This number times numerator over denominator, both below 2^21, rounded down; within 2^-85 of it.</summary>
    public Wide TimesFraction(uint numerator, uint denominator)
    {
        if (numerator == 0)
            return default;
        UInt128 product = (Mantissa >> 21) * numerator;
        ulong high = (ulong)(product >> 64), low = (ulong)product;
        (ulong first, ulong rest) = Math.DivRem(high, denominator);
        (ulong second, rest) = Math.DivRem((rest << 32) | (low >> 32), denominator);
        ulong third = ((rest << 32) | (uint)low) / denominator;
        return Normal(((UInt128)first << 64) + ((UInt128)second << 32) + third, Exponent + 21);
    }

    public int CompareTo(Wide other)
    {
        if (IsZero || other.IsZero)
            return other.IsZero.CompareTo(IsZero);
        return Exponent != other.Exponent ? Exponent.CompareTo(other.Exponent) : Mantissa.CompareTo(other.Mantissa);
    }

    /// <summary>The nearest double or one beside it.</summary>
    public double ToDouble() => Math.ScaleB((double)(ulong)(Mantissa >> 64), Exponent + 64);

    /// <summary>(this - other) / other, of the right sign and good to some 15 digits, however small.</summary>
    public double RelativeGap(Wide other) => CompareTo(other) >= 0
        ? Divide(Subtract(this, other, up: false), other, up: false).ToDouble()
        : -Divide(Subtract(other, this, up: false), other, up: false).ToDouble();

    private static Wide Normal(UInt128 value, int exponent)
    {
        if (value == 0)
            return default;
        int zeros = (int)UInt128.LeadingZeroCount(value);
        return new(value << zeros, exponent - zeros);
    }

    private static Wide Rounded(UInt128 mantissa, int exponent, bool next) =>
        !next ? new(mantissa, exponent)
            : mantissa == UInt128.MaxValue
            ? new(UInt128.One << 127, exponent + 1)
            : new(mantissa + 1, exponent);

    private static (UInt128 High, UInt128 Low) Product(UInt128 a, UInt128 b)
    {
        ulong a1 = (ulong)(a >> 64), a0 = (ulong)a, b1 = (ulong)(b >> 64), b0 = (ulong)b;
        UInt128 low = Math.BigMul(a0, b0), left = Math.BigMul(a1, b0), right = Math.BigMul(a0, b1), high = Math.BigMul(a1, b1);
        UInt128 middle = (low >> 64) + (ulong)left + (ulong)right;
        return (high + (left >> 64) + (right >> 64) + (middle >> 64), (middle << 64) | (ulong)low);
    }
}
