using System.CommandLine;
using System.CommandLine.Parsing;
using System.Numerics;

namespace DenoisedSmoothing.Tool;

/// <summary>
/// Lets options read numbers in the only form that the library reads: <see cref="PlainNumber"/>. The parser's own conversion takes a comma
/// as a thousands separator, so that 1,25 would be 125, and a number as the name with that position in an enumeration.
/// </summary>
internal static class PlainNumbers
{
    /// <summary>Makes a number option read that form, and an option of names accept only names; other options are left unchanged.</summary>
    public static void Teach(Option option)
    {
        if ((Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType) is { IsEnum: true } names)
            option.Validators.Add(result => RequireName(result, Enum.GetNames(names)));
        switch (option)
        {
            case Option<double> number:
                number.CustomParser ??= Decimal;
                break;
            case Option<double?> number:
                number.CustomParser ??= result => Decimal(result);
                break;
            case Option<int> number:
                number.CustomParser ??= Whole<int>;
                break;
            case Option<int?> number:
                number.CustomParser ??= result => Whole<int>(result);
                break;
            case Option<long> number:
                number.CustomParser ??= Whole<long>;
                break;
            case Option<long?> number:
                number.CustomParser ??= result => Whole<long>(result);
                break;
            case Option<ulong> number:
                number.CustomParser ??= Whole<ulong>;
                break;
            case Option<ulong?> number:
                number.CustomParser ??= result => Whole<ulong>(result);
                break;
        }
    }

    private static void RequireName(OptionResult result, string[] names)
    {
        foreach (Token token in result.Tokens)
        {
            if (!names.Contains(token.Value, StringComparer.OrdinalIgnoreCase))
                result.AddError(
                    $"{result.Option.Name} takes {string.Join(", ", names[..^1])} or {names[^1]}, not '{token.Value}'.");
        }
    }

    private static double Decimal(ArgumentResult result)
    {
        string text = result.Tokens.Single().Value;
        if (PlainNumber.TryParse(text, out double value))
            return value;
        result.AddError($"{NameOf(result)} takes a number such as 0.25 or 1e-3, not '{text}'.{PlainNumber.Hint(text)}");
        return 0;
    }

    private static T Whole<T>(ArgumentResult result)
        where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
    {
        string text = result.Tokens.Single().Value;
        if (PlainNumber.TryParseWhole(text, out T value))
            return value;
        result.AddError($"{NameOf(result)} takes a whole number up to {T.MaxValue}, not '{text}'.{PlainNumber.Hint(text)}");
        return T.Zero;
    }

    private static string NameOf(ArgumentResult result) => result.Parent is OptionResult { Option.Name: var name } ? name : "This argument";
}
