using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;

namespace DenoisedSmoothing.Tool;

/// <summary>What is wrong with what was typed, in sentences: the parser's own errors speak of tokens and .NET types.</summary>
internal static partial class ParseErrors
{
    // How many letters a typing error changes.
    private const int MostSlips = 3;

    /// <summary>A sentence for each error; empty where there are none.</summary>
    public static IReadOnlyList<string> Of(ParseResult parsed)
    {
        // Other options that seem to be missing may be in that file.
        string[] files = [.. parsed.Errors.Select(static error => NoFile().Match(error.Message)).Where(static match => match.Success)
            .Select(static match => $"There is no settings file '{match.Groups[1].Value}'.")];
        if (files.Length > 0)
            return files;
        Command command = parsed.CommandResult.Command;
        string[] unknown = [.. parsed.UnmatchedTokens];
        List<string> said = [.. Unknown(command, unknown)];
        foreach (ParseError error in parsed.Errors)
        {
            // Values of an unknown option are unknown too, and the option has already been named.
            if (!unknown.Any(token => error.Message.Contains($"'{token}'", StringComparison.Ordinal)) && Sentence(error) is { } sentence)
                said.Add(sentence);
        }

        // Nothing is required of an unknown verb.
        return command is RootCommand && unknown.Length > 0 ? [.. said.Take(1)] : [.. said.Distinct()];
    }

    private static IEnumerable<string> Unknown(Command command, string[] tokens)
    {
        string[] options = [.. tokens.Where(static token => token.StartsWith('-') && token.Length > 1 && !char.IsAsciiDigit(token[1]))];
        if (command is RootCommand && tokens.Length > 0)
        {
            yield return options.Length > 0 && tokens[0] == options[0] ? $"dds takes a verb before {options[0]}: dds --help lists them."
                : $"dds has no verb '{tokens[0]}'.{Meant(tokens[0], command.Subcommands.Select(static verb => verb.Name))} "
                    + "dds --help lists them.";
            yield break;
        }

        foreach (string option in options)
        {
            string name = option.Split('=', ':')[0];
            yield return command.Options.Any(known => known.Name == name)
                ? $"{name} is an option of {command.Name}: it comes after the verb."
                : $"{command.Name} has no option {name}.{Meant(name, command.Options.Select(static known => known.Name))} "
                    + $"dds {command.Name} --help lists them.";
        }

        if (options.Length == 0 && tokens.Length > 0)
            yield return $"{command.Name} does not know what to do with '{tokens[0]}': options begin with --.";
    }

    private static string Meant(string typed, IEnumerable<string> known)
    {
        (string Name, int Slips) near = known.Select(name => (name, Distance(typed, name))).MinBy(static its => its.Item2);
        return near.Slips <= Math.Min(MostSlips, typed.Length / 3) ? $" Is {near.Name} meant?" : "";
    }

    /// <summary>Levenshtein's distance: letters to add, remove or change.</summary>
    private static int Distance(string one, string other)
    {
        int[] row = [.. Enumerable.Range(0, other.Length + 1)];
        for (int i = 1; i <= one.Length; i++)
        {
            int before = row[0];
            row[0] = i;
            for (int j = 1; j <= other.Length; j++)
            {
                int here = Math.Min(Math.Min(row[j], row[j - 1]) + 1, before + (one[i - 1] == other[j - 1] ? 0 : 1));
                (before, row[j]) = (row[j], here);
            }
        }

        return row[^1];
    }

    private static string? Sentence(ParseError error)
    {
        string text = error.Message;
        if (Conversion().Match(text) is { Success: true } number)
            return NoNumber(number);
        if (Choice().Match(text) is { Success: true } choice && error.SymbolResult is { } where)
        {
            string[] known = [.. Quoted().Matches(text[choice.Length..]).Select(static match => match.Groups[1].Value)];
            return $"{NameOf(where)} takes {Listed(known)}, not '{choice.Groups[1].Value}'.";
        }

        if (MissingOption().Match(text) is { Success: true } option)
            return $"{option.Groups[1].Value} is missing: it is required.";
        return MissingArgument().IsMatch(text) && error.SymbolResult is CommandResult or ArgumentResult
            ? $"{CommandOf(error.SymbolResult)} takes at least one {ArgumentOf(error.SymbolResult)}: "
                + $"dds {CommandOf(error.SymbolResult)} --help has examples."
            : MissingValue().Match(text) is { Success: true } value ? $"{value.Groups[1].Value} takes a value, and there is none." : text;
    }

    // The parser names .NET types, which mean nothing to a user who typed an option.
    private static string NoNumber(Match match)
    {
        (string option, string value, string type) =
            (match.Groups["option"].Value, match.Groups["value"].Value, match.Groups["type"].Value);
        return type.Contains("Int", StringComparison.Ordinal) ? $"{option} takes a whole number of a size that makes sense, not '{value}'."
            : type.Contains("Double", StringComparison.Ordinal) ? $"{option} takes a number, not '{value}'."
            : $"{option} does not take '{value}'; --help says what it takes.";
    }

    private static string NameOf(SymbolResult where) => where switch
    {
        OptionResult option => option.Option.Name,
        ArgumentResult { Parent: OptionResult option } => option.Option.Name,
        _ => "This argument",
    };

    private static string CommandOf(SymbolResult where) => where switch
    {
        CommandResult command => command.Command.Name,
        { Parent: CommandResult command } => command.Command.Name,
        _ => "dds",
    };

    private static string ArgumentOf(SymbolResult where) => where switch
    {
        CommandResult { Command.Arguments: [var first, ..] } => first.Name,
        ArgumentResult argument => argument.Argument.Name,
        _ => "argument",
    };

    private static string Listed(string[] names) =>
        names.Length < 2 ? string.Concat(names) : $"{string.Join(", ", names[..^1])} or {names[^1]}";

    [GeneratedRegex("^Cannot parse argument '(?<value>.*)' for (option|argument) '(?<option>.*)' as expected type '(?<type>.*)'",
        RegexOptions.Singleline)]
    private static partial Regex Conversion();

    [GeneratedRegex("^Argument '(.*)' not recognized. Must be one of:", RegexOptions.Singleline)]
    private static partial Regex Choice();

    [GeneratedRegex("^Response file not found '(.*)'", RegexOptions.Singleline)]
    private static partial Regex NoFile();

    [GeneratedRegex("'([^']*)'")]
    private static partial Regex Quoted();

    [GeneratedRegex("^Option '(.*)' is required")]
    private static partial Regex MissingOption();

    [GeneratedRegex("^Required argument missing for command")]
    private static partial Regex MissingArgument();

    [GeneratedRegex("^Required argument missing for option: '(.*)'")]
    private static partial Regex MissingValue();
}
