using System.Globalization;
using System.Numerics;

namespace DenoisedSmoothing.Testing;

/// <summary>Fractions of big integers: comparisons with doubles and with printed digits that no rounding blurs.</summary>
internal readonly record struct Exact(BigInteger Numerator, BigInteger Denominator) : IComparable<Exact>
{
    public static Exact Of(double value)
    {
        (BigInteger mantissa, int exponent) = Split(value);
        return new(mantissa, BigInteger.One << exponent);
    }

    public static Exact Parse(string digits)
    {
        string[] parts = digits.Split('e', 'E');
        int point = parts[0].IndexOf('.', StringComparison.Ordinal);
        BigInteger mantissa = BigInteger.Parse(parts[0].Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        int exponent = (parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0)
            - (point < 0 ? 0 : parts[0].Length - point - 1);
        return exponent < 0 ? new(mantissa, BigInteger.Pow(10, -exponent)) : new(mantissa * BigInteger.Pow(10, exponent), 1);
    }

    /// <summary>P(X >= k) of Binomial(n, p), summed term by term.</summary>
    public static Exact AtLeast(int k, int n, double p)
    {
        (BigInteger hit, int exponent) = Split(p);
        BigInteger miss = (BigInteger.One << exponent) - hit, sum = 0, choose = 1, hits = 1;
        BigInteger[] misses = new BigInteger[n + 1];
        misses[0] = 1;
        for (int j = 1; j <= n; j++)
            misses[j] = misses[j - 1] * miss;
        for (int j = 0; j <= n; j++)
        {
            if (j >= k)
                sum += choose * hits * misses[n - j];
            choose = choose * (n - j) / (j + 1);
            hits *= hit;
        }

        return new(sum, BigInteger.One << (exponent * n));
    }

    public static Exact AtMost(int k, int n, double p) => 1 - AtLeast(k + 1, n, p);

    public static Exact operator -(int left, Exact right) => new((left * right.Denominator) - right.Numerator, right.Denominator);

    public static Exact operator +(Exact a, Exact b) =>
        new((a.Numerator * b.Denominator) + (b.Numerator * a.Denominator), a.Denominator * b.Denominator);

    public static Exact operator *(Exact a, Exact b) => new(a.Numerator * b.Numerator, a.Denominator * b.Denominator);

    public static Exact operator /(Exact a, Exact b) => new(a.Numerator * b.Denominator, a.Denominator * b.Numerator);

    public Exact Power(int exponent) => new(BigInteger.Pow(Numerator, exponent), BigInteger.Pow(Denominator, exponent));

    public int CompareTo(Exact other) => (Numerator * other.Denominator).CompareTo(other.Numerator * Denominator);

    /// <summary>(value - this) / |this|, correct in sign however small: negative where value lies below.</summary>
    public double RelativeGapOf(double value)
    {
        Exact other = Of(value);
        BigInteger difference = (other.Numerator * Denominator) - (Numerator * other.Denominator);
        BigInteger scale = BigInteger.Abs(Numerator * other.Denominator);
        if (difference.IsZero)
            return 0;
        if (scale.IsZero)
            return difference.Sign * double.PositiveInfinity;

        // The quotient with 200 fractional bits, and never rounded to 0.
        double gap = (double)((difference << 200) / scale) * Math.ScaleB(1, -200);
        return gap == 0 ? difference.Sign * double.Epsilon : gap;
    }

    private static (BigInteger Mantissa, int Exponent) Split(double value)
    {
        int exponent = 0;
        while (value != Math.Floor(value))
        {
            value *= 2;
            exponent++;
        }

        return (new BigInteger(value), exponent);
    }
}
