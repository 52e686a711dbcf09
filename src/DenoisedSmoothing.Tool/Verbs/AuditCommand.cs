using System.CommandLine;
using System.Globalization;
using DenoisedSmoothing.Audit;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Statistics;

namespace DenoisedSmoothing.Tool;

/// <summary>The verb audit: can the log have been made with the settings that it claims?</summary>
internal static class AuditCommand
{
    private const int MostShown = 20;

    public static Verb Create()
    {
        Argument<string> log = new("LOG")
        {
            Description = "A log of certificates: the field's TSV, or JSON lines; - reads standard input.",
        };
        const string beside = "[default: what the settings beside the log say]";
        Option<double?> sigma = new Option<double?>("--sigma")
        {
            HelpName = "s",
            Description = $"The claimed noise per pixel, for pixels in [0,1] {beside}",
        }
            .Positive();
        Option<long?> n = new Option<long?>("--n")
        {
            HelpName = "count",
            Description = $"The claimed number of votes behind each radius {beside}",
        }
            .Within(new NumberRange<long>(1, ClopperPearson.MaxTrials));
        Option<double?> alpha = new Option<double?>("--alpha")
        {
            HelpName = "a",
            Description = $"The claimed probability that a certificate is wrong {beside}",
        }
            .Within(CertifierOptions.AlphaRange, CertifierOptions.AboutAlpha);
        Verb verb = new Verb(
            "audit",
            "Checks whether a log could have been made with the settings that it claims. A radius of Cohen's certifier is sigma * "
                + "Phi^-1(Clopper-Pearson "
            + "bound of k in n at alpha) for a whole number k of votes; not every number is. Lists the radii that are impossible, and "
                + "which alpha, n or sigma would explain the log.",
            ["audit cifar10_sigma_0.25.tsv --sigma 0.25 --n 100000 --alpha 0.001",
                "audit runs/050.tsv"],
            [
                (CommandLine.Done, "every radius is possible, and some could have contradicted the claim"),
                (CommandLine.Failed, "a radius is impossible, or the log or an option is bad"),
                (CommandLine.CannotTell,
                    "no row could contradict the claim at the log's precision, or the claim does not apply to the log's method"),
                (CommandLine.Cancelled, "stopped (Ctrl-C)"),
            ])
            .With(log).With([sigma, n, alpha]);
        return verb.Does((parsed, cancellationToken) =>
        {
            CertificationLog claimed = LogInput.Read(parsed.GetRequiredValue(log));
            LogAuditSettings claim =
                ClaimedSettings.Of(claimed, parsed.GetValue(sigma), parsed.GetValue(n), parsed.GetValue(alpha));
            return Report(LogAudit.Run(claimed, claim), parsed.InvocationConfiguration.Output, cancellationToken);
        });
    }

    private static int Report(LogAudit audit, TextWriter output, CancellationToken cancellationToken)
    {
        int rows = audit.Log.Rows.Count, abstained = audit.Log.Rows.Count(static row => row.Abstained);
        output.WriteLine($"{audit.Log.Path}: {rows} rows, {abstained} abstentions; radii {audit.Precision}.");
        if (audit.DoesNotApply is { } why)
        {
            output.WriteLine($"No claim applies to this log: {why}.");
        }
        else
        {
            output.WriteLine(
                $"Claim: {Text(audit.Claim)}; the largest radius is {audit.LargestRadius.ToString("G6", CultureInfo.InvariantCulture)}.");
            foreach (string note in audit.Notes)
                output.WriteLine(note);
            output.WriteLine($"{audit.CouldContradict} of {rows} rows could contradict the claim at the log's precision.");
        }

        if (audit.Findings.Count > 0)
        {
            Impossible(audit, output);
            Explanations(audit, output, cancellationToken);
            return CommandLine.Failed;
        }

        if (audit.DoesNotApply is not null)
            return CommandLine.CannotTell;
        if (audit.CouldContradict == 0)
        {
            output.WriteLine("Cannot tell: whatever settings the log was made with, its radii would pass.");
            return CommandLine.CannotTell;
        }

        output.WriteLine("Passed: every radius is possible at the claimed settings.");
        return CommandLine.Done;
    }

    private static void Impossible(LogAudit audit, TextWriter output)
    {
        var radii = audit.Findings
            .GroupBy(static finding => (finding.Row.RadiusText, finding.Reason))
            .OrderByDescending(static group => group.First().Row.Radius)
            .ToList();
        output.WriteLine(
            $"Contradicted: {audit.Findings.Count} rows are impossible at the claimed settings, with {radii.Count} different radii:");
        foreach (var group in radii.Take(MostShown))
        {
            string times = group.Count() == 1 ? "" : $" and {group.Count() - 1} more";
            output.WriteLine($"  {group.Key.RadiusText} (image {group.First().Row.Index}{times}): {group.Key.Reason}");
        }

        if (radii.Count > MostShown)
            output.WriteLine($"  ... and {radii.Count - MostShown} further radii");
    }

    private static void Explanations(LogAudit audit, TextWriter output, CancellationToken cancellationToken)
    {
        if (audit.DoesNotApply is not null)
            return;
        IReadOnlyList<LogAuditExplanation> explanations = audit.Explain(cancellationToken);
        if (explanations.Count == 0)
        {
            output.WriteLine("No other alpha, n or sigma that was tried explains it better.");
            return;
        }

        output.WriteLine(explanations[0].Impossible == 0
            ? "It would be explained by:"
            : "Nothing that was tried explains all of it; the nearest are:");
        foreach (LogAuditExplanation explanation in explanations)
        {
            string cut = explanation.DigitsCut ? ", digits cut instead of rounded" : "";
            output.WriteLine(
                $"  {Changed(explanation.Settings, audit.Claim)}{cut}: {explanation.Impossible} rows impossible, "
                    + $"{explanation.CouldContradict} could contradict it");
        }
    }

    private static string Text(LogAuditSettings settings) =>
        string.Create(CultureInfo.InvariantCulture, $"sigma = {settings.Sigma}, n = {settings.N}, alpha = {settings.Alpha:G6}");

    private static string Changed(LogAuditSettings settings, LogAuditSettings claim)
    {
        List<string> changed = [];
        if (settings.Alpha != claim.Alpha)
            changed.Add(string.Create(CultureInfo.InvariantCulture, $"alpha = {settings.Alpha:G6}"));
        if (settings.N != claim.N)
            changed.Add(string.Create(CultureInfo.InvariantCulture, $"n = {settings.N}"));
        if (settings.Sigma != claim.Sigma)
            changed.Add(string.Create(CultureInfo.InvariantCulture, $"sigma = {settings.Sigma}"));
        return changed.Count == 0 ? "the claimed settings" : string.Join(" and ", changed);
    }
}
