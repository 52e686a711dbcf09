using System.CommandLine;

namespace DenoisedSmoothing.Tool;

/// <summary>Options of the log.</summary>
internal sealed class OutputOptions
{
    public Option<string?> Out { get; } = new Option<string?>("--out")
    {
        HelpName = "log",
        Description = "The log to write: a TSV, with LOG.jsonl and LOG.meta.json beside it [default: none; results on the screen only]",
    }
        .Check(path => path!.Length > 0 && !Directory.Exists(path)
            && Path.GetFileName(path).Length > 0, "--out must name a file, not a folder.");

    public Option<bool> Resume { get; } = new("--resume")
    {
        Description = "Continue the log where it stops; begin one if there is none",
    };

    public OptionGroup All => new("Log", [Out, Resume]);

    /// <summary>The log's path, whose folder is made; null for none.</summary>
    /// <exception cref="ArgumentException">Resuming without a log.</exception>
    public string? Read(ParseResult parsed)
    {
        string? path = parsed.GetValue(Out);
        if (path is null)
            return parsed.GetValue(Resume) ? throw new ArgumentException("--resume continues a log: name it with --out.") : null;
        OutputFolder.Make(path);
        return path;
    }
}
