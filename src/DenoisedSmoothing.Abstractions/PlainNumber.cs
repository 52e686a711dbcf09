using System.Globalization;
using System.Numerics;

namespace DenoisedSmoothing;

/// <summary>
/// The one form in which numbers are read, whatever the user's language: a decimal point, no thousands separators, no blanks. Nothing else
/// in the library parses a number.
/// </summary>
/// <remarks>
/// A comma is a decimal point in half of the world and a thousands separator in the other, so it is refused. So are NaN, infinities,
/// numbers that overflow to one, and the null characters that .NET ignores at the end of a number.
/// </remarks>
internal static class PlainNumber
{
    /// <summary>Reads a finite decimal number, such as 0.25, -3 or 1e-3.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out double value)
    {
        const NumberStyles Form = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        bool parsed = double.TryParse(text, Form, CultureInfo.InvariantCulture, out value) && double.IsFinite(value)
            && !text.Contains('\0');
        value = parsed ? value : 0;
        return parsed;
    }

    /// <summary>Reads a whole number: digits, after a minus sign if it is negative. Not 1.0, 1e3, +1 or 1,000.</summary>
    /// <typeparam name="T">Its type; a number that it cannot hold is refused.</typeparam>
    public static bool TryParseWhole<T>(ReadOnlySpan<char> text, out T value)
        where T : struct, IBinaryInteger<T>
    {
        value = T.Zero;
        ReadOnlySpan<char> digits = text is ['-', .. ReadOnlySpan<char> rest] ? rest : text;
        return !digits.IsEmpty && !digits.ContainsAnyExceptInRange('0', '9')
            && T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>Reads a finite decimal number.</summary>
    /// <param name="text">As <see cref="TryParse"/> takes it.</param>
    /// <param name="what">What the number is, to begin the message.</param>
    /// <exception cref="FormatException">The text is anything else.</exception>
    public static double Parse(string text, string what) => TryParse(text, out double value)
        ? value
        : throw new FormatException($"{what} is a number such as 0.25 or 1e-3, not '{text}'.{Hint(text)}");

    /// <summary>Reads a whole number.</summary>
    /// <param name="text">As <see cref="TryParseWhole"/> takes it.</param>
    /// <param name="what">What the number is, to begin the message.</param>
    /// <exception cref="FormatException">The text is anything else, or does not fit the type.</exception>
    public static T ParseWhole<T>(string text, string what)
        where T : struct, IBinaryInteger<T>, IMinMaxValue<T> => TryParseWhole(text, out T value)
        ? value
        : throw new FormatException(string.Create(
            CultureInfo.InvariantCulture, $"{what} is a whole number from {T.MinValue} to {T.MaxValue}, not '{text}'.{Hint(text)}"));

    /// <summary>A sentence to end an error about a number, if the text has a comma; otherwise empty.</summary>
    public static string Hint(string text) => text.Contains(',') ? " Write a decimal point as '.', and no thousands separators." : "";
}
