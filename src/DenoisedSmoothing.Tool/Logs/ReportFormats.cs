using System.Text.Json;
using System.Text.Json.Nodes;
using DenoisedSmoothing.Analysis;
using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Tool;

/// <summary>The formats of <c>analyze</c>.</summary>
internal static class ReportFormats
{
    public static IReadOnlyDictionary<string, Action<LogReport, TextWriter>> All { get; } = new Dictionary<string,
        Action<LogReport, TextWriter>>
    {
        ["table"] = Table,
        ["tsv"] = Tsv,
        ["markdown"] = Markdown,
        ["latex"] = Latex,
        ["json"] = Json,
    };

    private static void Table(LogReport report, TextWriter output) => new ReportBlocks(report, output, Screen.Width).Write();

    private static void Notes(LogReport report, TextWriter output)
    {
        foreach (string note in report.Notes.Concat(report.BoundNotes).Concat(report.PairNotes))
            output.WriteLine(note);
    }

    private static void Tsv(LogReport report, TextWriter output)
    {
        Line(["log", "images", "abstained", "acr", .. report.Radii.Select(static radius => radius.Text)]);
        foreach (LogAnalysis log in report.Logs)
        {
            Line(
            [
                string.Concat(log.Log.Path.Select(static c => char.IsControl(c) ? '?' : c)), $"{log.Images}",
                    ReportText.FractionUp(log.Abstained, log.Images),
                ReportText.Fraction(log.AverageCertifiedRadius), .. report.Radii.Select(radius => Share(log, radius)),
            ]);
        }

        if (report.Envelope)
        {
            // Abstentions and average radius belong to one log; every cell stays a number that any reader accepts.
            Line(
            [
                "envelope", $"{report.Logs.Min(static log => log.Images)}", "nan", "nan",
                .. report.Radii.Select(radius => Share(report.Best(radius.Value), radius)),
            ]);
        }

        void Line(string[] cells) => output.Write(string.Join('\t', cells) + "\n");

        static string Share(LogAnalysis log, ReportRadius radius) => ReportText.Fraction(log.CertifiedCount(radius.Value), log.Images);
    }

    private static void Markdown(LogReport report, TextWriter output)
    {
        ReportTable cells = ReportTable.Of(report, bounds: true);
        Line(cells.Header);
        Line([.. cells.Header.Select(static name => name == "log" ? "---" : "---:")]);
        foreach (string[] line in cells.Lines)
            Line(line);
        output.WriteLine();
        if (report.Pairs.Count > 0)
        {
            Line(["log", "ACR", .. report.Radii.Select(static radius => radius.Text)]);
            Line(["---", "---:", .. report.Radii.Select(static _ => "---:")]);
            foreach (LogPair pair in report.Pairs)
                Line([pair.Log.Log.Path, pair.AverageRadius, .. pair.Differences.Select(its => PairCell(pair, its))]);
            output.WriteLine();
        }

        Notes(report, output);

        static string PairCell(LogPair pair, PairedDifference its) => LogPair.Points(its.Difference, Math.Round) + (pair.HasIntervals
            ? $" ({LogPair.Points(its.Lower, Math.Floor)} to {LogPair.Points(its.Upper, Math.Ceiling)}, p {LogPair.PValue(its.PValue)})"
            : "");

        void Line(IReadOnlyList<string> line) =>
            output.WriteLine("| "
                + string.Join(" | ", line.Select(static cell => cell.Trim().Replace("|", "\\|", StringComparison.Ordinal))) + " |");
    }

    private static void Latex(LogReport report, TextWriter output)
    {
        ReportTable cells = ReportTable.Of(report, bounds: false);
        output.WriteLine($"\\begin{{tabular}}{{l{new string('r', cells.Header.Count - 1)}}}");
        output.WriteLine("\\hline");
        Line(cells.Header);
        output.WriteLine("\\hline");
        foreach (string[] line in cells.Lines)
            Line(line);
        output.WriteLine("\\hline");
        output.WriteLine("\\end{tabular}");

        void Line(IReadOnlyList<string> line) => output.WriteLine(string.Join(" & ", line.Select(Escape)) + " \\\\");
    }

    private static string Escape(string text) => string.Concat(text.Select(static c => c switch
    {
        '\\' => "\\textbackslash{}",
        '~' => "\\textasciitilde{}",
        '^' => "\\textasciicircum{}",
        '&' or '%' or '$' or '#' or '_' or '{' or '}' => "\\" + c,
        _ => c.ToString(),
    }));

    private static void Json(LogReport report, TextWriter output)
    {
        JsonObject document = new()
        {
            ["rho"] = report.Rho,
            ["notes"] = new JsonArray([.. report.Notes.Concat(report.BoundNotes)]),
            ["logs"] = new JsonArray([.. report.Logs.Select(log => new JsonObject
            {
                ["log"] = log.Log.Path,
                ["norm"] = ReportText.Name(log.Log.Norm),
                ["images"] = log.Images,
                ["abstained"] = log.AbstentionRate,
                ["clean"] = log.CleanAccuracy,
                ["acr"] = log.AverageCertifiedRadius,
                ["total_seconds"] = log.TotalTime?.TotalSeconds,
                ["mean_seconds"] = log.TotalTime?.TotalSeconds / log.Images,
                ["alpha"] = report.AlphaOf(log),
                ["finished"] = log.Log.Completeness switch
                {
                    LogCompleteness.Finished => true,
                    LogCompleteness.Unfinished => false,
                    _ => null,
                },
                ["skipped"] = log.Log.Skipped.Count,
                ["shared_noise"] = log.Log.SharedNoise,
                ["certified"] = new JsonArray([.. report.Radii.Select(radius => new JsonObject
                {
                    ["radius"] = radius.Text,
                    ["images"] = log.CertifiedCount(radius.Value),
                    ["accuracy"] = log.CertifiedAccuracy(radius.Value),
                    ["of_these_images"] = report.OfTheseImages(log, radius.Value),
                    ["of_the_population"] = report.OfThePopulation(log, radius.Value),
                    ["cohen_highprob"] = report.Cohen(log, radius.Value),
                })]),
            })]),
        };
        if (report.Envelope)
        {
            document["envelope"] = new JsonArray([.. report.Radii.Select(radius => new JsonObject
            {
                ["radius"] = radius.Text,
                ["accuracy"] = report.Best(radius.Value).CertifiedAccuracy(radius.Value),
                ["clean"] = report.Best(radius.Value).CleanAccuracy,
                ["log"] = report.Best(radius.Value).Log.Path,
            })]);
        }

        if (report.Pairs.Count > 0)
            document["paired"] = new JsonArray([.. report.Pairs.Select(PairJson)]);
        output.WriteLine(document.ToJsonString(new JsonSerializerOptions
        {
            WriteIndented = true,
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        }));
    }

    private static JsonObject PairJson(LogPair pair) => new()
    {
        ["log"] = pair.Log.Log.Path,
        ["against"] = pair.First.Log.Path,
        ["images"] = pair.Differences[0].Images,
        ["acr"] = pair.Radii?.MeanDifference,
        ["acr_standard_error"] = pair.Radii?.StandardError,
        ["radii"] = new JsonArray([.. pair.Differences.Select(its => new JsonObject
        {
            ["radius"] = its.Radius,
            ["difference"] = its.Difference,
            ["at_least"] = pair.HasIntervals ? its.Lower : null,
            ["at_most"] = pair.HasIntervals ? its.Upper : null,
            ["p_value"] = pair.HasIntervals ? its.PValue : null,
        })]),
    };
}
