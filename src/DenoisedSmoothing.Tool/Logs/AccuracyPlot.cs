using System.Text.RegularExpressions;
using DenoisedSmoothing.Analysis;
using ScottPlot;

namespace DenoisedSmoothing.Tool;

/// <summary>Certified accuracy against radius, as in the paper's Figure 2.</summary>
internal static class AccuracyPlot
{
    private const int Width = 900, Height = 600;

    private static readonly Regex s_clippedText = new("<g clip-path=\"[^\"]*\">(\\s*<text )", RegexOptions.CultureInvariant);

    /// <summary>Draws the curves into a file.</summary>
    /// <param name="path">Ends in .png or .svg.</param>
    /// <param name="analyses">One curve each.</param>
    /// <param name="envelope">Whether to draw the best of all curves too.</param>
    public static void Save(string path, IReadOnlyList<LogAnalysis> analyses, bool envelope)
    {
        List<AccuracyCurve> curves = [.. analyses.Zip(Names(analyses), static (analysis, name) =>
            new AccuracyCurve($"{name} ({ReportText.Name(analysis.Log.Norm)})", [.. analysis.CorrectRadii.Distinct()],
                analysis.CertifiedAccuracy))];
        if (envelope)
        {
            curves.Add(new AccuracyCurve(
                $"envelope ({ReportText.Name(analyses[0].Log.Norm)})",
                [.. analyses.SelectMany(static analysis => analysis.CorrectRadii).Distinct().Order()],
                radius => LogAnalysis.Best(analyses, radius).CertifiedAccuracy(radius)) { Dashed = true });
        }

        Save(path, curves, [.. analyses.Select(static analysis => analysis.Log.Norm).Distinct().Order()], "certified accuracy");
    }

    /// <summary>Draws any curves into a file.</summary>
    /// <param name="path">Ends in .png or .svg.</param>
    /// <param name="curves">At least one.</param>
    /// <param name="norms">The norms of the radii: each curve's name includes its own where there are several.</param>
    /// <param name="accuracy">What the curves show.</param>
    public static void Save(string path, IReadOnlyList<AccuracyCurve> curves, IReadOnlyList<Norm> norms, string accuracy)
    {
        CheckPath(path);
        EmbeddedFont.Use();
        using Plot plot = new();
        plot.Font.Set(EmbeddedFont.Name);
        plot.Add.Palette = new ScottPlot.Palettes.Category10();
        foreach (AccuracyCurve curve in curves)
            Add(plot, curve);
        plot.XLabel($"{string.Join(" or ", norms.Select(ReportText.Name))} radius");
        plot.YLabel(accuracy);
        plot.ShowLegend(Alignment.UpperRight);
        double largest = curves.Max(static curve => curve.EndsAt ?? curve.Radii.LastOrDefault());
        plot.Axes.SetLimits(0, largest > 0 ? 1.02 * largest : 1, 0, 1.02);
        if (path.EndsWith(".svg", StringComparison.OrdinalIgnoreCase))
        {
            // The viewer may lack the font, and not every viewer takes the letters' positions from the file: wider letters get room.
            plot.Legend.Padding = new PixelPadding(8, 40, 6, 6);
            string svg = plot.GetSvgXml(Width, Height)
                .Replace($"font-family=\"{EmbeddedFont.Name}\"", $"font-family=\"{EmbeddedFont.Name}, Arial, sans-serif\"",
                StringComparison.Ordinal);
            File.WriteAllText(path, s_clippedText.Replace(svg, "<g>$1"));
        }
        else
        {
            plot.SavePng(path, Width, Height);
        }
    }

    /// <summary>Refuses a name before any work is done.</summary>
    public static void CheckPath(string path)
    {
        if (Path.GetExtension(path).ToLowerInvariant() is not (".png" or ".svg"))
            throw new ArgumentException($"{path}: a figure is a .png or an .svg.");
    }

    private static void Add(Plot plot, AccuracyCurve curve)
    {
        var drawn = plot.Add.Scatter(Steps(curve));
        (drawn.MarkerSize, drawn.LineWidth, drawn.LegendText) = (0, 2, curve.Name);
        if (curve.Dashed)
            (drawn.Color, drawn.LinePattern) = (Colors.Black, LinePattern.Dashed);
    }

    /// <summary>The curve keeps its height up to and including a radius that is reached, and falls after it.</summary>
    private static List<Coordinates> Steps(AccuracyCurve curve)
    {
        List<Coordinates> points = [new(0, curve.At(0))];
        foreach (double radius in curve.EndsAt is { } end ? curve.Radii.Append(end) : curve.Radii)
        {
            double height = curve.At(radius);
            points.Add(new(points[^1].X, height));
            points.Add(new(radius, height));
        }

        if (curve.EndsAt is null)
            points.Add(new(points[^1].X, 0));
        return points;
    }

    /// <summary>File names without their ending; full paths where these are equal.</summary>
    public static IEnumerable<string> Names(IReadOnlyList<LogAnalysis> analyses)
    {
        string[] names = [.. analyses.Select(static analysis => Path.GetFileNameWithoutExtension(analysis.Log.Path))];
        return names.Distinct().Count() == names.Length ? names : analyses.Select(static analysis => analysis.Log.Path);
    }
}
