using System.CommandLine;

namespace DenoisedSmoothing.Tool;

/// <summary>What to say about a run that was stopped: how to continue it.</summary>
internal static class Stopped
{
    private const string Resume = "--resume", CheckpointEvery = "--checkpoint-every";

    /// <summary>The last line of a run, with the exact command that continues it if there is one.</summary>
    /// <param name="parsed">What was typed, parsed.</param>
    /// <param name="args">What was typed.</param>
    public static string Says(ParseResult parsed, IReadOnlyList<string> args)
    {
        IList<Option> options = parsed.CommandResult.Command.Options;
        bool resumes = options.Any(static option => option.Name == Resume);
        if (resumes && parsed.GetValue<string?>("--out") is null)
            return "Stopped; nothing is kept. With --out LOG a run can be stopped and continued.";
        if (!resumes && !options.Any(static option => option.Name == CheckpointEvery))
            return "Stopped.";
        IEnumerable<string> words = resumes && !args.Contains(Resume) ? args.Append(Resume) : args;
        return $"Stopped. To continue:{Environment.NewLine}  dds {string.Join(' ', words.Select(Advice.Quoted))}";
    }
}
