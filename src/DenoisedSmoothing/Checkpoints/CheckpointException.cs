using System.Text;

namespace DenoisedSmoothing.Checkpoints;

/// <summary>
/// A checkpoint cannot be used: it is damaged, hostile, of an unsupported kind, or does not fit the module. The message names
/// the file and the entry, and says what is wrong and what to do.
/// </summary>
/// <remarks>File system errors (no such file, no permission) are passed on as they are.</remarks>
public sealed class CheckpointException : Exception
{
    internal const string Damaged = "The file is damaged or incomplete: fetch it or save it again.";

    /// <summary>Creates an error without details.</summary>
    public CheckpointException()
        : this("The checkpoint cannot be used.")
    {
    }

    /// <summary>Creates an error.</summary>
    /// <param name="message">The file, the entry, what is wrong and what to do.</param>
    public CheckpointException(string message)
        : this(message, innerException: null)
    {
    }

    /// <summary>Creates an error with a cause.</summary>
    /// <param name="message">The file, the entry, what is wrong and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public CheckpointException(string message, Exception? innerException)
        : base(message, innerException) => Problem = message;

    private CheckpointException(string problem, string advice, Exception? cause)
        : base($"{problem}{(problem.EndsWith(Environment.NewLine, StringComparison.Ordinal) ? "" : " ")}{advice}", cause) =>
        (Problem, Advice) = (problem.TrimEnd(), advice);

    /// <summary>What is wrong, without what to do about it: the file, the entry and what was seen.</summary>
    public string Problem { get; }

    /// <summary>
    /// What to do about it, in separate sentences that name the options of this library; empty where the message says it all.
    /// </summary>
    public string Advice { get; } = "";

    /// <summary>
    /// The property of <see cref="CheckpointOptions"/> that the advice is about, such as <c>StripPrefixes</c>; null for none.
    /// </summary>
    public string? Option { get; private init; }

    /// <summary>What <see cref="Option"/> may be set to, the likeliest first; empty for no suggestion.</summary>
    public IReadOnlyList<string> Choices { get; private init; } = [];

    internal static CheckpointException In(
        string file,
        string problem,
        string advice = Damaged,
        Exception? cause = null,
        string? option = null,
        IReadOnlyList<string>? choices = null) =>
        new($"{file}: {problem}.", advice, cause) { Option = option, Choices = choices ?? [] };

    internal static CheckpointException InEntry(string file, string entry, string problem, string advice = Damaged) =>
        new($"{file}: entry {Quote(entry)}: {problem}.", advice, cause: null);

    /// <summary>Weights that do not fit a module.</summary>
    /// <param name="report">Lines, with a line break after each.</param>
    /// <param name="advice">The last line.</param>
    /// <param name="prefix">What would make them fit if it were stripped, or null.</param>
    internal static CheckpointException Mismatch(string report, string advice, string? prefix) =>
        new(report, advice, cause: null)
        {
            Option = prefix is null ? null : nameof(CheckpointOptions.StripPrefixes),
            Choices = prefix is null ? [] : [prefix],
        };

    internal static CheckpointException NoSuchEntry(string file, string entry, int count) =>
        InEntry(file, entry, $"there is no such entry among the {count}", "Ask for one of the names in Entries.");

    /// <summary>Text from a file, made safe for a message: short, and without terminal control characters.</summary>
    internal static string Quote(string text)
    {
        const int longest = 100;
        StringBuilder quoted = new("'");
        foreach (char c in text.AsSpan(0, Math.Min(text.Length, longest)))
            quoted.Append(char.IsControl(c) || char.IsSurrogate(c) ? '?' : c);
        return quoted.Append(text.Length > longest ? "...'" : "'").ToString();
    }

    /// <summary>A shape as [3, 32, 32].</summary>
    internal static string Text(IEnumerable<long> shape) => $"[{string.Join(", ", shape)}]";
}
