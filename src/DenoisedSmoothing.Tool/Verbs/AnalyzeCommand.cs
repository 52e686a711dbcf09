using System.CommandLine;
using DenoisedSmoothing.Analysis;
using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Tool;

/// <summary>The verb analyze: certified accuracy and its companions, as tables and curves.</summary>
internal static class AnalyzeCommand
{
    public const string UsualRadii = "0,0.25,0.5,0.75,1.0";

    public static Verb Create()
    {
        Argument<string[]> logs = new("LOG")
        {
            Description = "Logs: the field's TSV, or JSON lines; - reads standard input.",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<string?> radii = new("--radii")
        {
            HelpName = "r,r...",
            Description =
                $"Radii in [0,1] pixel space, in each log's norm, comma separated; {UsualRadii} when not given, 0 for logs of "
                + "predictions, which carry none.",
        };
        Option<string> format = new("--format")
        {
            HelpName = "form",
            Description = $"How to print the figures: {string.Join(", ", ReportFormats.All.Keys)}.",
            DefaultValueFactory = static _ => "table",
        };
        format.AcceptOnlyFromAmong([.. ReportFormats.All.Keys]);
        Option<bool> envelope = new("--envelope")
        {
            Description = "Add the best log at each radius, with that log's clean accuracy, as in the paper's Tables 1 and 2.",
        };
        Option<bool> paired = new("--paired")
        {
            Description = "Also compare every other log with the first, image by image: table, markdown, json.",
        };
        Option<string?> plot = new("--plot")
        {
            Description = "Draw certified accuracy against radius, as in Figure 2.",
            HelpName = "FILE.png|FILE.svg",
        };
        Option<double?> alpha = Level("--alpha",
            "Alpha of the certificates, for the bounds, where a log does not say it; 0.001 when not given. Never below what a log says.");
        Option<double?> rho = Level("--rho", "Probability with which a high-probability bound may fail; 0.001 when not given.");
        Option<bool> unverified = new("--unverified")
        {
            Description = "Analyse logs even if their lines claim more than their votes give.",
        };
        Verb verb = new Verb(
            "analyze",
            "Certified accuracy at each radius, clean accuracy, abstentions, average certified radius (ACR), high-probability bounds "
                + "and time. "
            + "Correctness is recomputed from label and prediction. Radii are compared as logged: published logs hold three digits "
                + "rounded to nearest. "
            + "Shares of success are rounded down, those of failure up. Logs with votes are verified first. tsv: log images abstained "
                + "acr and one column per radius, fractions with 6 decimals.",
            ["analyze sigma_0.25.tsv sigma_0.50.tsv --radii 0,0.25,0.5 --envelope", "analyze sigma_*.tsv --format tsv --plot figure2.svg",
                "analyze gaussian.tsv consistency.tsv --paired"],
            [(CommandLine.Done, "done"), (CommandLine.Failed, "a log or an option is bad; nothing is printed then")])
            .With(logs).With([radii, format, envelope, paired, plot, alpha, rho, unverified]);
        return verb.Does((parsed, cancellationToken) =>
        {
            IReadOnlyList<ReportRadius>? asked = parsed.GetValue(radii) is { } list ? ReportRadius.ParseList(list) : null;
            if (parsed.GetValue(plot) is { } figure)
            {
                AccuracyPlot.CheckPath(figure);
                OutputFolder.Check(figure);
            }

            foreach (string log in parsed.GetValue(unverified) ? [] : parsed.GetRequiredValue(logs))
                LogClaims.Check(log, unverified: false, "analyses", cancellationToken);
            LogAnalysis[] analyses = [.. parsed.GetRequiredValue(logs).Select(static path => new LogAnalysis(LogInput.Read(path)))];
            asked ??= ReportRadius.ParseList(analyses.All(static log => log.Log.Kind == CertificationLogKind.Predict) ? "0" : UsualRadii);
            string form = parsed.GetRequiredValue(format);
            if (parsed.GetValue(paired) && (analyses.Length == 1 || form is "tsv" or "latex"))
                throw new ArgumentException(analyses.Length == 1
                    ? "--paired compares logs with the first one: name another."
                    : $"--paired has no place in {form}: use --format table, markdown or json.");
            LogReport report = new(analyses, asked, parsed.GetValue(alpha), parsed.GetValue(rho) ?? .001, parsed.GetValue(envelope));
            if (parsed.GetValue(paired))
                report = report with { Pairs = [.. analyses.Skip(1).Select(log => LogPair.Of(log, analyses[0], asked, report.Rho))] };
            // Errors occur before the first line is printed.
            using StringWriter text = new();
            ReportFormats.All[form](report, text);
            foreach (string note in form is "tsv" or "latex" ? report.Notes : [])
                parsed.InvocationConfiguration.Error.WriteLine(note);
            if (report.Envelope && analyses.Select(static log => log.Images).Distinct().Count() > 1)
                parsed.InvocationConfiguration.Error.WriteLine("The envelope compares logs of different numbers of images.");
            if (parsed.GetValue(plot) is { } path)
                AccuracyPlot.Save(path, analyses, report.Envelope);
            parsed.InvocationConfiguration.Output.Write(text.ToString());
            return CommandLine.Done;
        });
    }

    public static Option<double?> Level(string name, string description) => new Option<double?>(name)
    {
        HelpName = "p",
        Description = description,
    }
        .Within(new NumberRange<double>(0, 1) { Above = true, Below = true });
}
