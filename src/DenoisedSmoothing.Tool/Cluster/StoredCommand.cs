using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Tool;

/// <summary>
/// The options of certify or predict that make a run, as kept in its queue. A worker sets itself up with them, and may replace files and
/// folders with its own. Nothing depends on them: the resulting settings are compared with the run's.
/// </summary>
internal sealed class StoredCommand
{
    private readonly List<(string Name, string[] Values)> _options;

    private StoredCommand(CertificationLogKind kind, List<(string, string[])> options) => (Kind, _options) = (kind, options);

    public CertificationLogKind Kind { get; }

    /// <summary>What was typed.</summary>
    /// <param name="kind">Which of the two verbs it is for.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="others">Options that do not belong to the verb.</param>
    public static StoredCommand Of(CertificationLogKind kind, ParseResult parsed, IEnumerable<Option> others) =>
        new(kind, [.. Typed(parsed, others)]);

    /// <summary>Reads a text from <see cref="ToJson"/>.</summary>
    /// <exception cref="InvalidDataException">It is something else.</exception>
    public static StoredCommand Parse(string json, CertificationLogKind kind)
    {
        try
        {
            string[][] options = JsonSerializer.Deserialize<string[][]>(json) ?? [];
            return new StoredCommand(kind, [.. options.Select(static words => (words[0], words[1..]))]);
        }
        catch (Exception e) when (e is JsonException or IndexOutOfRangeException or NullReferenceException)
        {
            throw new InvalidDataException($"The run was not put in by dds enqueue, and its command cannot be read ({e.Message}).", e);
        }
    }

    public string ToJson() => JsonSerializer.Serialize(_options.Select(static option => (string[])[option.Name, .. option.Values]));

    /// <summary>The same with other values for some options.</summary>
    public StoredCommand With(ParseResult parsed, IEnumerable<Option> others)
    {
        (string Name, string[] Values)[] own = [.. Typed(parsed, others)];
        return new StoredCommand(Kind, [.. _options.Where(option => own.All(its => its.Name != option.Name)), .. own]);
    }

    /// <summary>The same with a value for an option.</summary>
    public StoredCommand With(Option option, string value) =>
        new(Kind, [.. _options.Where(its => its.Name != option.Name), (option.Name, [value])]);

    /// <summary>The command line that this represents.</summary>
    /// <exception cref="ArgumentException">It is not valid; the message says why.</exception>
    public SmoothingSetup Setup()
    {
        SmoothingVerb verb = new(Kind);
        ParseResult parsed = verb.OptionsOf(new Verb(Kind.ToString().ToLowerInvariant(), "", [], [])).Parse(
            [.. _options.SelectMany(static option =>
                option.Values.Length == 0 ? [option.Name] : option.Values.Select(value => $"{option.Name}={value}"))]);
        return parsed.Errors.Count == 0
            ? verb.Setup(parsed)
            : throw new ArgumentException(string.Join(Environment.NewLine, ParseErrors.Of(parsed)));
    }

    private static IEnumerable<(string, string[])> Typed(ParseResult parsed, IEnumerable<Option> others) =>
        parsed.CommandResult.Children.OfType<OptionResult>()
            .Where(result => !result.Implicit && !others.Contains(result.Option))
            .Select(static result => (result.Option.Name, (string[])[.. result.Tokens.Select(static token => token.Value)]));
}
