using DenoisedSmoothing.Logs;
using static DenoisedSmoothing.Tool.PlainText;

namespace DenoisedSmoothing.Tool;

/// <summary>What got no answer: abstentions, rows without scores, images that could not be read.</summary>
internal static class MissedSection
{
    private const int MostShown = 20;

    public static Markup Of(ReportView view) => view.Each(log =>
        Markup.Of($"<ul>\n{Facts(log).Select(static fact => Markup.Of($"<li>{fact}</li>\n"))}</ul>\n"));

    private static IEnumerable<string> Facts(ReportedLog log)
    {
        CertificationLogRow[] abstained = [.. log.Log.Rows.Where(static row => row.Abstained)];
        string which = abstained.Length == 0 ? "" : $": images {List(abstained.Select(static row => row.Index))}";
        yield return Text($"Abstentions: {ReportView.ShareUp(abstained.Length, log.Analysis.Images)}{which}. An abstention claims "
            + $"nothing; it ")
            + "counts against every accuracy here.";
        int selected = abstained.Count(static row => row.SelectedLabel == row.Label);
        if (abstained.Any(static row => row.SelectedLabel is not null))
            yield return Text($"Of these, {selected} had selected their true label, and the votes did not suffice to certify it.");
        if (log.Entries.Count > 0)
        {
            (long Missed, long Index)[] missed =
                [.. log.Entries.Select(static entry => (MissedOf(entry), entry.Index)).Where(static its => its.Item1 > 0)];
            yield return missed.Length == 0
                ? "Rows without finite scores: none."
                : Text($"Rows without finite scores: {missed.Sum(static its => its.Missed)}, of {missed.Length} images "
                    + $"({List(missed.Select(static its => its.Index))}). ")
                    + "Each counts as a vote for no class, against every label; look for overflow in the model's arithmetic.";
            int stopped = log.Entries.Count(static entry => entry.Certificate?.Stopped is not null
                || entry.Prediction?.Stopped is not null);
            if (stopped > 0)
                yield return Text($"{stopped} images ended at their budget of votes or time.");
        }
        else
        {
            yield return "Rows without finite scores: the log does not say; its JSON lines would.";
        }

        if (log.Log.Skipped.Count > 0)
        {
            string reasons = string.Join("; ", log.Log.Skipped.Take(MostShown)
                .Select(static image => Text($"{image.Index} ({image.Reason})")));
            yield return Text($"Images that could not be read and are in no figure: {log.Log.Skipped.Count}: {reasons}.");
        }
    }

    private static long MissedOf(CertificationLogEntry entry) => entry switch
    {
        { Certificate: { } certificate } => certificate.SelectionVotes.Missed + certificate.EstimationVotes.Missed,
        { Prediction: { } prediction } => prediction.Votes.Missed,
        { Transferred: { } transferred } => transferred.Pairs.Missed,
        _ => 0,
    };

    private static string List(IEnumerable<long> indices)
    {
        long[] all = [.. indices];
        return string.Join(", ", all.Take(MostShown).Select(static index => Text($"{index}"))) + (all.Length > MostShown ? ", ..." : "");
    }
}
