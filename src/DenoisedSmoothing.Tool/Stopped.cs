using System.CommandLine;

namespace DenoisedSmoothing.Tool;

/// <summary>What to say of a run that was stopped: how it goes on.</summary>
internal static class Stopped
{
    private const string Resume = "--resume", CheckpointEvery = "--checkpoint-every";

    /// <summary>The last word of a run, with the very command that goes on with it where there is one.</summary>
    /// <param name="parsed">What was typed, understood.</param>
    /// <param name="args">What was typed.</param>
    public static string Says(ParseResult parsed, IReadOnlyList<string> args)
    {
        IList<Option> options = parsed.CommandResult.Command.Options;
        bool resumes = options.Any(static option => option.Name == Resume);
        if (resumes && parsed.GetValue<string?>("--out") is null)
            return "Stopped; nothing is kept. With --out LOG a run can be stopped and go on.";
        if (!resumes && !options.Any(static option => option.Name == CheckpointEvery))
            return "Stopped.";
        IEnumerable<string> words = resumes && !args.Contains(Resume) ? args.Append(Resume) : args;
        return $"Stopped. To go on:{Environment.NewLine}  dds {string.Join(' ', words.Select(Advice.Quoted))}";
    }
}
