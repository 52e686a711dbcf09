using System.CommandLine;
using System.Globalization;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Verification;

namespace DenoisedSmoothing.Tool;

/// <summary>The verb verify: do the votes support what a certificate or a log claims?</summary>
internal static class VerifyCommand
{
    private const int MostShown = 20;

    public static Verb Create()
    {
        Argument<string[]> files = new("FILE")
        {
            Description = "Logs, rows of aces, or certificates and predictions as JSON.",
            Arity = ArgumentArity.OneOrMore,
        };
        ModelOptions models = new();
        DataOptions data = new();
        StrategyOptions strategy = new();
        AcesOptions aces = new(forRows: true);
        Option<double?> redraw = new Option<double?>("--redraw")
        {
            HelpName = "share",
            Description = "Also draw the votes again, with the models and the images: 1 for all certificates, 0.1 for a random tenth",
        }
            .Within(new NumberRange<double>(0, 1) { Above = true });
        Verb verb = new Verb(
            "verify",
            "Recomputes bounds, radii and p-values from the votes, by formulas other than those that made them, and names every "
                + "difference: a label that is not the selection's, a bound or a radius that is too large, settings that are not those "
                + "beside the log, lines that share their noise. A log is verified by its JSON lines, rows of aces by "
                + "the votes in them. The votes are taken as they are, unless --redraw draws them again; for rows of aces it takes "
                + "the options of selection and core that dds aces was given.",
            ["verify runs/050.tsv", "verify runs/050.tsv --redraw 0.1", "verify aces.tsv --redraw 1 --threshold 0.4"],
            [
                (CommandLine.Done, "everything is what the votes give"),
                (CommandLine.Failed, "something differs, also where it was stopped after that was found, or a file is bad"),
                (CommandLine.CannotTell, "nothing differs, but a method or a noise law is not known here, or votes cannot be drawn here"),
                (CommandLine.Cancelled, "stopped (Ctrl-C)"),
            ])
            .With(files).With([redraw]).With(models.All).With(data.Source).With(strategy.All).With(aces.All);
        return verb.Does((parsed, cancellationToken) =>
        {
            TextWriter output = parsed.InvocationConfiguration.Output;
            string[] paths = parsed.GetRequiredValue(files);
            if (aces.Typed(parsed) is { } typed)
                RequireRows(typed, paths, parsed.GetValue(redraw) is not null);
            using RedrawSource? source = parsed.GetValue(redraw) is { } share
                ? RedrawSource.Open(models.Read(parsed), choice => data.Read(parsed, choice.Pair), strategy.Read(parsed),
                    aces.Read(parsed), share)
                : null;
            VerificationSeverity? worst = null;
            try
            {
                foreach (string path in paths)
                {
                    (string[] lines, VerificationSeverity? its) = Verify(path, output, cancellationToken);
                    worst = Worse(worst, Show(output, lines, its));
                    source?.Draw(path, output, found => worst = Worse(worst, found), cancellationToken);
                }
            }
            catch (OperationCanceledException stop) when (ExitCodeOf(worst) == CommandLine.Failed)
            {
                throw new StoppedWithFindingsException(CommandLine.Failed, stop);
            }

            return ExitCodeOf(worst);
        });
    }

    private static void RequireRows(string option, string[] paths, bool redraw)
    {
        if (!redraw)
            throw new ArgumentException($"{option} is for votes of rows of dds aces that are drawn again: add --redraw, or leave it out.");
        if (!paths.Any(AcesLog.Is))
            throw new ArgumentException($"{option} is for rows of dds aces, and {(paths.Length == 1 ? $"{paths[0]} holds none"
                : "none of these files holds any")}: leave it out.");
    }

    private static int ExitCodeOf(VerificationSeverity? worst) => worst switch
    {
        null => CommandLine.Done,
        VerificationSeverity.Unknown => CommandLine.CannotTell,
        _ => CommandLine.Failed,
    };

    private static VerificationSeverity? Worse(VerificationSeverity? one, VerificationSeverity? other) =>
        one is null || other > one ? other ?? one : one;

    private static VerificationSeverity? Show(TextWriter output, string[] lines, VerificationSeverity? worst)
    {
        foreach (string line in lines.Take(MostShown))
            output.WriteLine($"  {line}");
        if (lines.Length > MostShown)
            output.WriteLine($"  ... and {lines.Length - MostShown} more");
        return worst;
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
        string left = log.Unfinished > 0 ? string.Create(CultureInfo.InvariantCulture, $" (unfinished: {log.Unfinished} more to do)") : "";
        output.WriteLine($"{path}: {log.Verified} lines{left}, {Summary(all)}");
        return ([.. log.Findings.Select(static found => found.ToString())], Worst(all));
    }

    /// <summary>The findings of a file that holds one certificate or prediction; null for a log.</summary>
    private static IReadOnlyList<VerificationFinding>? TryOne(string path) => SingleAnswer.TryRead(path) switch
    {
        null => null,
        { Certificate: { } certificate } => new CertificateVerifier().Verify(certificate),
        { Prediction: var prediction } => new CertificateVerifier().Verify(prediction!),
    };

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
