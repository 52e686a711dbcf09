using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace DenoisedSmoothing.Tool;

/// <summary>Checks of single options, so that a wrong one is reported before any work.</summary>
internal static class OptionChecks
{
    private static readonly ConditionalWeakTable<Option, INumberRange> s_ranges = [];

    /// <summary>The numbers that an option accepts; null for options that are not numbers.</summary>
    public static INumberRange? RangeOf(Option option) => s_ranges.TryGetValue(option, out INumberRange? range) ? range : null;

    /// <summary>Refuses numbers outside a range.</summary>
    /// <param name="option">The option.</param>
    /// <param name="range">What it accepts.</param>
    /// <param name="more">A sentence to add about a refused number; null for none.</param>
    public static Option<T> Within<T>(this Option<T> option, NumberRange<T> range, Func<T, string?>? more = null)
        where T : struct, INumber<T>
    {
        s_ranges.Add(option, range);
        option.Validators.Add(result => Check(result, range, more));
        return option;
    }

    /// <inheritdoc cref="Within{T}(Option{T}, NumberRange{T}, Func{T, string?})"/>
    public static Option<T?> Within<T>(this Option<T?> option, NumberRange<T> range, Func<T, string?>? more = null)
        where T : struct, INumber<T>
    {
        s_ranges.Add(option, range);
        option.Validators.Add(result => Check(result, range, more));
        return option;
    }

    /// <summary>Refuses whole numbers below a smallest one.</summary>
    public static Option<int> AtLeast(this Option<int> option, int least) => option.Within(new(least, int.MaxValue));

    /// <inheritdoc cref="AtLeast(Option{int}, int)"/>
    public static Option<int?> AtLeast(this Option<int?> option, int least) => option.Within(new NumberRange<int>(least, int.MaxValue));

    /// <summary>Refuses numbers that are not above 0.</summary>
    public static Option<double> Positive(this Option<double> option) => option.Within(new(0, double.MaxValue) { Above = true });

    /// <inheritdoc cref="Positive(Option{double})"/>
    public static Option<double?> Positive(this Option<double?> option) =>
        option.Within(new NumberRange<double>(0, double.MaxValue) { Above = true });

    /// <summary>Refuses values that do not pass.</summary>
    /// <param name="option">The option.</param>
    /// <param name="passes">Whether a value is valid; not called for null.</param>
    /// <param name="error">What to say otherwise.</param>
    public static Option<T> Check<T>(this Option<T> option, Func<T, bool> passes, string error)
    {
        option.Validators.Add(result =>
        {
            if (TryValue(result, out T? value) && value is not null && !passes(value))
                result.AddError(error);
        });
        return option;
    }

    private static void Check<T>(OptionResult result, NumberRange<T> range, Func<T, string?>? more) where T : struct, INumber<T>
    {
        if (!TryValue(result, out T? value) || value is not { } number || range.Contains(number))
            return;
        string sentence = more?.Invoke(number) is { } about ? " " + about : "";
        result.AddError(string.Create(
            CultureInfo.InvariantCulture, $"{result.Option.Name} must be {range}, not {number}.{sentence}"));
    }

    // The parser itself reports what is not a number at all.
    private static bool TryValue<T>(OptionResult result, out T? value)
    {
        try
        {
            value = result.GetValueOrDefault<T>();
            return true;
        }
        catch (InvalidOperationException)
        {
            value = default;
            return false;
        }
    }
}
