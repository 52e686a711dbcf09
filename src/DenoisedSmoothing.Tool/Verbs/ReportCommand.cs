using System.CommandLine;

namespace DenoisedSmoothing.Tool;

/// <summary>The verb report: logs as one readable page.</summary>
internal static class ReportCommand
{
    public static Verb Create()
    {
        Argument<string[]> logs = new("LOG")
        {
            Description = "Logs of dds certify or predict, or the field's TSV; - reads standard input.",
            Arity = ArgumentArity.OneOrMore,
        };
        DataOptions data = new();
        data.Data.Description = $"The images, for pictures and names of classes: {string.Join(", ", DataSources.Names)} [default: none]";
        Option<string> page = new Option<string>("--out")
        {
            HelpName = "file",
            DefaultValueFactory = static _ => "report.html",
            Description = "The page to write (HTML)",
        }
            .Check(static path => IsFile(path, ".html"), "--out must name an .html file.");
        Option<string?> bundle = new Option<string?>("--bundle")
        {
            HelpName = "file",
            Description = "Also write the page with logs, settings, hashes and what verify found into a ZIP, for an auditor",
        }
            .Check(static path => IsFile(path!, ".zip"), "--bundle must name a .zip file.");
        Option<string?> radii = new("--radii")
        {
            HelpName = "r,r...",
            Description = $"Radii in [0,1] pixel space, in each log's norm [default: {AnalyzeCommand.UsualRadii}; 0 for predictions]",
        };
        Option<string?> radius = new("--radius")
        {
            HelpName = "r",
            Description = "The radius that the answer is about [default: the first above 0 of --radii]",
        };
        Option<string?> names = new("--class-names")
        {
            HelpName = "file",
            Description = "Names of the classes, one per line [default: the data set's, where --data names it]",
        };
        Option<double?> alpha = AnalyzeCommand.Level("--alpha",
            "Alpha of the certificates where a log does not say it [default: 0.001]; never below what a log says");
        Option<double?> rho = AnalyzeCommand.Level("--rho", "Probability with which a bound may fail [default: 0.001]");
        Option<bool> unverified = new("--unverified") { Description =
            "Report on logs even if their lines claim more than their votes give" };
        Verb verb = new Verb(
            "report",
            "Answers \"how robust is my model?\" with one HTML file that needs nothing else: the answer in sentences, certified "
                + "accuracy by "
                + "radius with bounds, by class, examples, what it promises and what it does not, settings, and how to recheck it. The "
                + "figures are those of analyze. With a data set there are pictures.",
            ["report runs/050.tsv --data fashion-mnist --radius 0.5", "report runs/025.tsv runs/050.tsv --out both.html --bundle both.zip"],
            [(CommandLine.Done, "done"), (CommandLine.Failed, "a log or an option is bad; nothing is written then"),
                (CommandLine.Cancelled, "stopped (Ctrl-C)")])
            .With(logs).With([page, bundle, radii, radius, names, alpha, rho, unverified]).With(data.Source);
        return verb.Does((parsed, cancellationToken) => new ReportRun(
            parsed.GetRequiredValue(logs), parsed.GetRequiredValue(page), parsed.GetValue(bundle), parsed.GetValue(radii),
            parsed.GetValue(radius), parsed.GetValue(names), parsed.GetValue(alpha), parsed.GetValue(rho) ?? .001,
                parsed.GetValue(unverified),
            parsed.GetValue(data.Data) is null ? null : data.Read(parsed, null), data.Words(parsed), parsed.InvocationConfiguration.Output)
            .Execute(cancellationToken));
    }

    private static bool IsFile(string path, string extension) =>
        path.EndsWith(extension, StringComparison.OrdinalIgnoreCase) && !Directory.Exists(path);
}
