using System.CommandLine;
using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Tool;

/// <summary>The verb merge: the shards of a run become one log.</summary>
internal static class MergeCommand
{
    public static Verb Create()
    {
        Argument<string[]> shards = new("SHARD") { Description = "The shards' TSV logs, in any order.", Arity = ArgumentArity.OneOrMore };
        Option<string> log = new("--out")
        {
            Description = "The merged log; LOG.jsonl and LOG.meta.json are written beside it.",
            HelpName = "LOG",
            Required = true,
        };
        Option<bool> partial = new("--partial") { Description = "Merge even if shards are missing or unfinished." };
        Verb verb = new Verb(
            "merge",
            "Merges the shards of a run into the log that the whole run would have written, except for times. Each shard needs its "
                + "SHARD.jsonl and SHARD.meta.json beside it. "
            + "Shards of different settings are refused, and the settings named.",
            ["merge run.1.tsv run.2.tsv --out run.tsv"],
            [(CommandLine.Done, "merged"), (CommandLine.Failed, "refused; the message says why"),
                (CommandLine.Cancelled, "stopped (Ctrl-C)")])
            .With(shards).With([log, partial]);
        return verb.Does((parsed, cancellationToken) =>
        {
            string[] paths = parsed.GetRequiredValue(shards);
            string path = parsed.GetRequiredValue(log);
            OutputFolder.Make(path);
            IReadOnlyList<string> missing = CertificationLogMerge.Run(paths, path, parsed.GetValue(partial), cancellationToken);
            foreach (string sentence in missing)
                parsed.InvocationConfiguration.Error.WriteLine(sentence);
            // Merged parts of a run are examined while it runs: how far along is each, and when will the last one be done?
            foreach (string shard in missing.Count > 0 ? paths : [])
            {
                if (ShardProgress.Of(CertificationLog.Read(shard), DateTime.UtcNow) is { } progress)
                    parsed.InvocationConfiguration.Error.WriteLine($"{shard}: {progress.Text(DateTime.Now)}.");
            }

            parsed.InvocationConfiguration.Output.WriteLine(
                $"{path}: {CertificationLog.Read(path).Rows.Count} images from {paths.Length} shards.");
            return CommandLine.Done;
        });
    }
}
