using System.CommandLine;
using System.Text.Json;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Verification;

namespace DenoisedSmoothing.Tool;

/// <summary>The verb verify: do the votes give what a certificate or a log claims?</summary>
internal static class VerifyCommand
{
    private const int MostShown = 20;

    public static Verb Create()
    {
        Argument<string[]> files = new("FILE")
        {
            Description = "Logs, or certificates and predictions as JSON.",
            Arity = ArgumentArity.OneOrMore,
        };
        Verb verb = new Verb(
            "verify",
            "Recomputes bounds, radii and p-values from the votes, by other formulas than those that made them, and names every "
                + "difference: a label that is not "
            + "the selection's, a bound or a radius that is too large, settings that are not those beside the log, lines that share "
                + "their noise. A log is "
            + "verified by its JSON lines. It trusts the votes: whether they are true is for a run with the models and the images to show.",
            ["verify runs/050.tsv", "verify certificate.json"],
            [
                (CommandLine.Done, "everything is what the votes give"),
                (CommandLine.Failed, "something differs, or a file is bad"),
                (CommandLine.CannotTell, "nothing differs, but a method or a noise law is not known here"),
                (CommandLine.Cancelled, "stopped (Ctrl-C)"),
            ])
            .With(files);
        return verb.Does((parsed, cancellationToken) =>
        {
            TextWriter output = parsed.InvocationConfiguration.Output;
            VerificationSeverity? worst = null;
            foreach (string path in parsed.GetRequiredValue(files))
            {
                (string[] lines, VerificationSeverity? its) = Verify(path, output, cancellationToken);
                foreach (string line in lines.Take(MostShown))
                    output.WriteLine($"  {line}");
                if (lines.Length > MostShown)
                    output.WriteLine($"  ... and {lines.Length - MostShown} more");
                worst = its is null || worst > its ? worst : its;
            }

            return worst switch
            {
                null => CommandLine.Done,
                VerificationSeverity.Unknown => CommandLine.CannotTell,
                _ => CommandLine.Failed,
            };
        });
    }

    private static (string[] Lines, VerificationSeverity? Worst) Verify(string path, TextWriter output, CancellationToken cancellationToken)
    {
        if (TryOne(path) is { } findings)
        {
            output.WriteLine($"{path}: {Summary(findings)}");
            return ([.. findings.Select(static finding => finding.ToString())], Worst(findings));
        }

        LogVerification log = LogVerification.Run(path, cancellationToken);
        VerificationFinding[] all = [.. log.Findings.Select(static found => found.Finding)];
        output.WriteLine($"{path}: {log.Verified} lines, {Summary(all)}");
        return ([.. log.Findings.Select(static found => found.ToString())], Worst(all));
    }

    /// <summary>The findings of a file that holds one certificate or prediction; null for a log.</summary>
    private static IReadOnlyList<VerificationFinding>? TryOne(string path)
    {
        if (!path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".meta.json", StringComparison.OrdinalIgnoreCase))
            return null;
        string json = File.ReadAllText(path);
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("votes", out _)
                ? new CertificateVerifier().Verify(JsonSerializer.Deserialize<Prediction>(json)!)
                : new CertificateVerifier().Verify(JsonSerializer.Deserialize<Certificate>(json)
                    ?? throw new JsonException("null is no certificate"));
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}: neither a certificate nor a prediction ({e.Message})", e);
        }
    }

    private static string Summary(IReadOnlyCollection<VerificationFinding> findings) =>
        findings.Count == 0 ? "as the votes give." : string.Join(", ", findings.GroupBy(static finding => finding.Severity)
            .OrderByDescending(static group => group.Key).Select(static group => $"{group.Count()} {Word(group.Key)}")) + ":";

    private static string Word(VerificationSeverity severity) => severity switch
    {
        VerificationSeverity.Overstated => "overstated",
        VerificationSeverity.Different => "different",
        _ => "cannot be verified",
    };

    private static VerificationSeverity? Worst(IReadOnlyCollection<VerificationFinding> findings) =>
        findings.Count == 0 ? null : findings.Max(static finding => finding.Severity);
}
