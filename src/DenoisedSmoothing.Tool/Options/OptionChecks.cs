using System.CommandLine;
using System.CommandLine.Parsing;

namespace DenoisedSmoothing.Tool;

/// <summary>Checks of single options, so that a wrong one is named before any work.</summary>
internal static class OptionChecks
{
    /// <summary>Refuses values that do not pass.</summary>
    /// <param name="option">The option.</param>
    /// <param name="passes">Whether a value is in order; not asked about null.</param>
    /// <param name="error">What to say otherwise.</param>
    public static TOption Check<TOption, T>(this TOption option, Func<T, bool> passes, string error) where TOption : Option<T>
    {
        option.Validators.Add(result =>
        {
            if (TryValue(result, out T? value) && value is not null && !passes(value))
                result.AddError(error);
        });
        return option;
    }

    public static Option<T> Check<T>(this Option<T> option, Func<T, bool> passes, string error) =>
        option.Check<Option<T>, T>(passes, error);

    // The parser itself names what is no number at all.
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
