using System.Collections;
using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Globalization;

namespace DenoisedSmoothing.Tool;

/// <summary>The help of a verb: usage, required options, the others by group, examples and exit codes.</summary>
internal sealed class VerbHelp : SynchronousCommandLineAction
{
    private const int NameColumn = 32;

    /// <summary>Gives every verb this help, and shows the program's where no verb is typed.</summary>
    public static void AddTo(RootCommand root)
    {
        foreach (HelpOption help in root.Options.OfType<HelpOption>())
        {
            VerbHelp action = new();
            help.Action = action;
            root.SetAction(parsed => action.Invoke(parsed));
        }
    }

    public override int Invoke(ParseResult parseResult)
    {
        TextWriter output = parseResult.InvocationConfiguration.Output;
        if (parseResult.CommandResult.Command is Verb verb)
            Write(verb, output, Screen.Width);
        else
            RootHelp.Write(parseResult.RootCommandResult.Command.Description!, output, Screen.Width);
        return CommandLine.Done;
    }

    /// <summary>Writes the help of a verb.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="output">Where to write.</param>
    /// <param name="width">The longest line, except for names and examples.</param>
    public static void Write(Verb verb, TextWriter output, int width)
    {
        foreach (string line in Screen.Wrap(verb.Description ?? "", width))
            output.WriteLine(line);
        Option[] required = [.. verb.Options.Where(static option => option.Required)];
        string words = string.Concat(verb.Arguments.Select(static argument => $" <{argument.Name}>")
            .Concat(required.Select(static option => " " + NameOf(option))));
        Heading("Usage");
        output.WriteLine($"  dds {verb.Name}{words} [options]");
        Section("Arguments", verb.Arguments.Select(static argument => ($"<{argument.Name}>", argument.Description ?? "")));
        Section("Required options", required.Select(Entry));
        foreach (OptionGroup group in verb.Groups)
            Section(group.Title, group.Except(required).Select(Entry));
        Section("Other options", verb.Options.Except(verb.Groups.SelectMany(static group => group)).Except(required).Select(Entry)
            .Append(("-h, --help", "Show this help")));
        Heading("Examples");
        foreach (string example in verb.Examples)
            output.WriteLine("  " + string.Join(" \\" + Environment.NewLine + "    ", Screen.Wrap("dds " + example, width - 6)));
        Section("Exit codes", verb.ExitCodes.Select(static code => ($"{code.Code}", code.Meaning)), column: 8);
        output.WriteLine();

        void Heading(string title)
        {
            output.WriteLine();
            output.WriteLine($"{title}:");
        }

        void Section(string title, IEnumerable<(string Name, string Text)> entries, int column = NameColumn)
        {
            (string Name, string Text)[] all = [.. entries];
            if (all.Length == 0)
                return;
            Heading(title);
            foreach ((string name, string text) in all)
                Row(name, [.. Screen.Wrap(text, width - column)], column);
        }

        void Row(string name, string[] lines, int column)
        {
            bool fits = name.Length + 4 <= column;
            output.WriteLine(("  " + name).PadRight(fits ? column : 0) + (fits ? lines.FirstOrDefault() : ""));
            foreach (string line in lines.Skip(fits ? 1 : 0))
                output.WriteLine(new string(' ', column) + line);
        }
    }

    private static (string Name, string Text) Entry(Option option)
    {
        string range = OptionChecks.RangeOf(option) is { } known ? $" ({known})" : "";
        string description = option.Description ?? "";
        string fallback = option.HasDefaultValue && !description.Contains("[default", StringComparison.Ordinal)
            && Text(option.GetDefaultValue()) is { Length: > 0 } value ? $" [default: {value}]" : "";
        // The range comes before the default with which a description ends.
        int end = description.IndexOf(" [default", StringComparison.Ordinal);
        return (NameOf(option), end < 0 ? description + range + fallback : description.Insert(end, range));
    }

    private static string NameOf(Option option)
    {
        Type type = Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType;
        string? value = option.HelpName ?? (type.IsEnum ? string.Join('|', Enum.GetNames(type)) : type == typeof(bool) ? null : "value");
        return value is null ? option.Name : $"{option.Name} <{value}>";
    }

    private static string Text(object? value) => value switch
    {
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        string text => text,
        IEnumerable values => string.Join(',', values.Cast<object>().Select(Text)),
        _ => "",
    };
}
