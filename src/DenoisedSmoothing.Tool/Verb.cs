using System.CommandLine;

namespace DenoisedSmoothing.Tool;

/// <summary>A verb of the program: a command that also knows its examples and exit codes, for its help.</summary>
internal sealed class Verb : Command
{
    private static readonly (int Code, string Meaning) s_tryAgain =
        (CommandLine.TryAgain, "device, memory, storage or another process was in the way: the same command may succeed later");

    private readonly List<OptionGroup> _groups = [];

    /// <summary>Names a verb.</summary>
    /// <param name="name">As typed.</param>
    /// <param name="description">What it does, in a sentence or two.</param>
    /// <param name="examples">One to three command lines, without the program's name.</param>
    /// <param name="exitCodes">What each exit code means, except the one that all verbs share.</param>
    public Verb(string name, string description, IReadOnlyList<string> examples, IReadOnlyList<(int Code, string Meaning)> exitCodes)
        : base(name, description) =>
        (Examples, ExitCodes) = (examples, [.. exitCodes.Append(s_tryAgain).OrderBy(static code => code.Code)]);

    /// <summary>Groups of related options, in the order of the help.</summary>
    public IReadOnlyList<OptionGroup> Groups => _groups;

    public IReadOnlyList<string> Examples { get; }

    public IReadOnlyList<(int Code, string Meaning)> ExitCodes { get; }

    /// <summary>The exit codes of a verb that works on images until it is done or stopped.</summary>
    public static IReadOnlyList<(int Code, string Meaning)> ExitCodesOfARun { get; } =
    [
        (CommandLine.Done, "done"),
        (CommandLine.Failed, "an option, a file or an image was invalid; the message says which"),
        (CommandLine.Cancelled, "stopped (Ctrl-C or SIGTERM); what was finished is kept"),
    ];

    /// <summary>Adds an argument that is given without a name.</summary>
    public Verb With(Argument argument)
    {
        Arguments.Add(argument);
        return this;
    }

    /// <summary>Adds groups of options.</summary>
    public Verb With(IEnumerable<OptionGroup> groups)
    {
        foreach (OptionGroup group in groups)
            With(group);
        return this;
    }

    /// <summary>Adds options under their heading.</summary>
    public Verb With(OptionGroup group)
    {
        _groups.Add(group);
        return With((IEnumerable<Option>)group);
    }

    /// <summary>Adds options of only this verb.</summary>
    public Verb With(IEnumerable<Option> options)
    {
        foreach (Option option in options)
        {
            PlainNumbers.Teach(option);
            Options.Add(option);
        }

        return this;
    }

    /// <summary>Sets what the verb does; its result is the exit code.</summary>
    public Verb Does(Func<ParseResult, CancellationToken, int> run)
    {
        // On a separate thread: the work is synchronous, and Ctrl-C must be handled meanwhile.
        SetAction((parsed, cancellationToken) => Task.Run(() => run(parsed, cancellationToken)));
        return this;
    }
}
