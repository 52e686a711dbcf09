using System.CommandLine;
using System.CommandLine.Parsing;
using System.Numerics;

namespace DenoisedSmoothing.Tool;

/// <summary>
/// Lets the samples' options read numbers in the one form that the library and <c>dds</c> read: <see cref="PlainNumber"/>.
/// </summary>
internal static class SampleNumbers
{
    /// <summary>Teaches that form to all options of a command and of the commands below it.</summary>
    public static TCommand WithPlainNumbers<TCommand>(this TCommand command) where TCommand : Command
    {
        foreach (Option option in command.Options)
        {
            switch (option)
            {
                case Option<double[]> list: list.CustomParser ??= result =>
                    Each<double>(result, (text, out value) => PlainNumber.TryParse(text, out value)); break;
                case Option<int[]> list: list.CustomParser ??= Whole<int>; break;
                case Option<long[]> list: list.CustomParser ??= Whole<long>; break;
                default: PlainNumbers.Teach(option); break;
            }
        }

        foreach (Command below in command.Subcommands)
            below.WithPlainNumbers();
        return command;
    }

    /// <summary>Refuses values that do not pass, where they are numbers at all.</summary>
    public static void Check<T>(this Option<T> option, Func<T, bool> passes, string error) => option.Validators.Add(result =>
    {
        try
        {
            if (result.GetValueOrDefault<T>() is { } value && !passes(value))
                result.AddError(error);
        }
        catch (InvalidOperationException)
        {
            // The parser says so itself.
        }
    });

    private static T[] Whole<T>(ArgumentResult result) where T : struct, IBinaryInteger<T> =>
        Each<T>(result, (text, out value) => PlainNumber.TryParseWhole(text, out value));

    private delegate bool Reader<T>(string text, out T value);

    private static T[] Each<T>(ArgumentResult result, Reader<T> read)
    {
        List<T> values = [];
        foreach (Token token in result.Tokens)
        {
            if (read(token.Value, out T value))
                values.Add(value);
            else
                result.AddError($"'{token.Value}' is not a number of the kind that is wanted.{PlainNumber.Hint(token.Value)}");
        }

        return [.. values];
    }
}
