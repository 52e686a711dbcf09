using System.Text;

namespace DenoisedSmoothing.Checkpoints;

/// <summary>
/// A checkpoint cannot be used: it is damaged, hostile, of an unsupported kind, or does not fit the module. The message names
/// the file and the entry, and says what is wrong and what to do.
/// </summary>
/// <remarks>Errors of the file system (no such file, no permission) stay what they are.</remarks>
public sealed class CheckpointException : Exception
{
    internal const string Damaged = "The file is damaged or incomplete: fetch it or save it again.";

    /// <summary>Creates an error without details.</summary>
    public CheckpointException()
        : base("The checkpoint cannot be used.")
    {
    }

    /// <summary>Creates an error.</summary>
    /// <param name="message">The file, the entry, what is wrong and what to do.</param>
    public CheckpointException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an error that another one caused.</summary>
    /// <param name="message">The file, the entry, what is wrong and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public CheckpointException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    internal static CheckpointException In(string file, string problem, string remedy = Damaged, Exception? cause = null) =>
        new($"{file}: {problem}. {remedy}", cause);

    internal static CheckpointException InEntry(string file, string entry, string problem, string remedy = Damaged) =>
        new($"{file}: entry {Quote(entry)}: {problem}. {remedy}");

    internal static CheckpointException NoSuchEntry(string file, string entry, int count) =>
        InEntry(file, entry, $"there is no such entry among the {count}", "Ask for one of the names in Entries.");

    /// <summary>Text from a file, made fit for a message: short, and without anything that a terminal would obey.</summary>
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
