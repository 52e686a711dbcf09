using System.CommandLine;
using DenoisedSmoothing.Cluster;

namespace DenoisedSmoothing.Tool;

/// <summary>The verb collect: writes the log of a run in a queue.</summary>
internal static class CollectCommand
{
    public static Verb Create()
    {
        QueueOption queues = new();
        Option<string> log = new Option<string>("--out")
        {
            Required = true,
            HelpName = "log",
            Description = "The log to write: a TSV, with LOG.jsonl and LOG.meta.json beside it",
        }
            .Check(static path => path.Length > 0 && !Directory.Exists(path) && Path.GetFileName(path).Length > 0,
                "--out must name a file, not a folder.");
        Option<bool> partial = new("--partial") { Description = "Write what there is, even if the run is not complete" };
        Verb verb = new Verb(
            "collect",
            "Writes the log of a run from its queue: the one that a single dds certify or predict would have written, except for times. "
                + "If it is stopped, the same command continues it.",
            ["collect --queue runs.db --out runs/first.tsv",
                "collect --queue postgres://me@db/runs --run photos --out photos.tsv --partial"],
            [(CommandLine.Done, "written"), (CommandLine.Failed, "refused; the message says why"),
                (CommandLine.Cancelled, "stopped (Ctrl-C)")])
            .With(queues.All).With(new OptionGroup("Log", [log, partial]));
        return verb.Does((parsed, cancellationToken) => RunAsync(parsed, cancellationToken).GetAwaiter().GetResult());

        async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
        {
            string path = parsed.GetRequiredValue(log);
            await using IWorkQueue queue = queues.Open(parsed);
            QueuedRun run = await queues.FindAsync(parsed, queue, cancellationToken);
            OutputFolder.Make(path);
            IReadOnlyList<string> missing =
                await QueueCollector.WriteAsync(queue, run, path, parsed.GetValue(partial), cancellationToken);
            foreach (string sentence in missing)
                parsed.InvocationConfiguration.Error.WriteLine(sentence);
            parsed.InvocationConfiguration.Output.WriteLine(
                $"{path}: run '{run.Name}'{(missing.Count > 0 ? ", which is not complete" : "")}.");
            return CommandLine.Done;
        }
    }
}
