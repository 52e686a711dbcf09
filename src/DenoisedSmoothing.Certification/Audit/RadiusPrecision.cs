using System.Globalization;

namespace DenoisedSmoothing.Audit;

/// <summary>How precisely a log prints its radii: a number of significant digits (in the field: three) or of decimals.</summary>
internal sealed record RadiusPrecision
{
    /// <summary>The format of locuslab/smoothing, code/certify.py: '{:.3}'.</summary>
    private const int FieldDigits = 3;

    // A format other than the field's must save this many unexplained missing digits before it is accepted.
    private const int Prior = 3;

    // How much the arithmetic behind the log may differ from ours.
    private const double Slack = 1e-9, FloatSlack = 1.2e-7;

    private RadiusPrecision(int? significant, int? decimals) => (Significant, Decimals) = (significant, decimals);

    /// <summary>The significant digits; null for a fixed number of decimals.</summary>
    public int? Significant { get; }

    /// <summary>The decimals; null for a number of significant digits.</summary>
    public int? Decimals { get; }

    /// <summary>Whether the digits were cut instead of rounded to nearest.</summary>
    public bool Cut { get; init; }

    /// <summary>Whether doubles are printed in full: then every row determines its count.</summary>
    public bool Full => Significant >= 15 || Decimals >= 15;

    public static RadiusPrecision OfDigits(int significant) => new(significant, decimals: null);

    /// <summary>
    /// Finds the format that leaves the fewest digits unexplained: a printer that drops trailing zeros drops one in a tenth of the rows,
    /// not in all of them.
    /// </summary>
    /// <param name="texts">The printed radii.</param>
    public static RadiusPrecision Detect(IEnumerable<string> texts)
    {
        List<Digits> all = [.. texts.Select(Digits.Of).Where(static digits => digits.Significant > 0)];
        if (all.Count == 0)
            return OfDigits(FieldDigits);
        if (all.Any(static digits => digits.PaddedZero))
        {
            if (all.Select(static digits => digits.Decimals).Distinct().Count() == 1)
                return new RadiusPrecision(significant: null, all[0].Decimals);
            if (all.Select(static digits => digits.Written).Distinct().Count() == 1)
                return OfDigits(all[0].Written);
        }

        int significant = all.Max(static digits => digits.Significant), decimals = all.Max(static digits => digits.Decimals);
        List<(RadiusPrecision Format, long Missing)> formats =
        [
            (OfDigits(significant), all.Sum(digits => (long)significant - digits.Significant) + Prior),
            (new RadiusPrecision(significant: null, decimals), all.Sum(digits => (long)decimals - digits.Decimals) + Prior),
        ];
        if (significant <= FieldDigits)
            formats.Insert(0, (OfDigits(FieldDigits), all.Sum(static digits => (long)FieldDigits - digits.Significant)));
        return formats.MinBy(static format => format.Missing).Format;
    }

    /// <summary>One unit in the last digit of a radius printed this way.</summary>
    public double Unit(double radius) =>
        Math.Pow(10, Decimals is { } decimals ? -decimals : Math.Floor(Math.Log10(radius)) - Significant!.Value + 1);

    /// <summary>The radii that are printed like this one.</summary>
    public (double Low, double High) Interval(double printed)
    {
        double unit = printed > 0 || Decimals is not null ? Unit(printed) : 0;
        // Below a power of ten significant digits are finer: 0.09994 is printed as it is, not as 0.1.
        double unitBelow = printed > 0 ? Unit(printed * (1 - Slack)) : unit;
        double slack = printed * (Significant is >= 7 and <= 9 ? FloatSlack : Slack);
        return Cut ? (printed - slack, printed + unit + slack) : (printed - unitBelow / 2 - slack, printed + unit / 2 + slack);
    }

    public override string ToString()
    {
        string digits = Full ? "printed in full" : Decimals is { } decimals
            ? string.Create(CultureInfo.InvariantCulture, $"{decimals} decimals")
            : string.Create(CultureInfo.InvariantCulture, $"{Significant} significant digits");
        return Full ? digits : $"{digits}, {(Cut ? "cut" : "rounded to nearest")}";
    }

    /// <summary>The digits of one text.</summary>
    /// <param name="Significant">From the first digit that is not zero to the last that is not.</param>
    /// <param name="Written">From the first digit that is not zero to the last.</param>
    /// <param name="Decimals">Digits after the decimal point, taking an exponent into account.</param>
    /// <param name="PaddedZero">Whether there is a last zero that only a fixed format writes; every printer writes the zero of 1.0.</param>
    private readonly record struct Digits(int Significant, int Written, int Decimals, bool PaddedZero)
    {
        public static Digits Of(string text)
        {
            int e = text.IndexOfAny(['e', 'E']);
            string mantissa = (e < 0 ? text : text[..e]).TrimStart('+', '-');
            // An exponent beyond an int belongs to a zero: anything else was refused as not a finite number, or is 0 as a double.
            int exponent = e >= 0 && PlainNumber.TryParseWhole(text.AsSpan(e + 1).TrimStart('+'), out int written) ? written : 0;
            int point = mantissa.IndexOf('.');
            int decimals = point < 0 ? 0 : mantissa.Length - point - 1;
            string digits = mantissa.Replace(".", "", StringComparison.Ordinal).TrimStart('0');
            bool padded = decimals >= 2 && mantissa.EndsWith('0');
            if (decimals == 1 && mantissa.EndsWith('0'))
                decimals = 0;
            return new Digits(digits.TrimEnd('0').Length, digits.Length, Math.Max(0, decimals - exponent), padded);
        }
    }
}
