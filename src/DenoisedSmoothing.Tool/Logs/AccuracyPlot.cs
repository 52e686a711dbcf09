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
    /// <param name="envelope">Whether to draw the best of all curves, too.</param>
    public static void Save(string path, IReadOnlyList<LogAnalysis> analyses, bool envelope)
    {
        CheckPath(path);
        EmbeddedFont.Use();
        using Plot plot = new();
        plot.Font.Set(EmbeddedFont.Name);
        plot.Add.Palette = new ScottPlot.Palettes.Category10();
        foreach ((LogAnalysis analysis, string name) in analyses.Zip(Names(analyses)))
            Add(plot, Steps(analysis.CorrectRadii.Distinct(), radius => analysis.CertifiedAccuracy(radius)), name);
        if (envelope)
        {
            IEnumerable<double> radii = analyses.SelectMany(static analysis => analysis.CorrectRadii).Distinct().Order();
            var best = Add(plot, Steps(radii, radius => LogAnalysis.Best(analyses, radius).CertifiedAccuracy(radius)), "envelope");
            (best.Color, best.LinePattern) = (Colors.Black, LinePattern.Dashed);
        }

        plot.XLabel("l2 radius");
        plot.YLabel("certified accuracy");
        plot.ShowLegend(Alignment.UpperRight);
        double largest = analyses.Max(static analysis => analysis.CorrectRadii.LastOrDefault());
        plot.Axes.SetLimits(0, largest > 0 ? 1.02 * largest : 1, 0, 1);
        if (path.EndsWith(".svg", StringComparison.OrdinalIgnoreCase))
        {
            // Whoever looks at it may lack the font, and not every viewer takes the letters' places from the file: wider letters get room.
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

    private static ScottPlot.Plottables.Scatter Add(Plot plot, List<Coordinates> points, string name)
    {
        var curve = plot.Add.Scatter(points);
        (curve.MarkerSize, curve.LineWidth, curve.LegendText) = (0, 2, name);
        return curve;
    }

    /// <summary>The curve holds its height up to and including a radius that is reached, and falls behind it.</summary>
    private static List<Coordinates> Steps(IEnumerable<double> ascendingRadii, Func<double, double> accuracy)
    {
        List<Coordinates> points = [new(0, accuracy(0))];
        foreach (double radius in ascendingRadii)
        {
            double height = accuracy(radius);
            points.Add(new(points[^1].X, height));
            points.Add(new(radius, height));
        }

        points.Add(new(points[^1].X, 0));
        return points;
    }

    /// <summary>File names without their ending; whole paths where these are equal.</summary>
    private static IEnumerable<string> Names(IReadOnlyList<LogAnalysis> analyses)
    {
        string[] names = [.. analyses.Select(static analysis => Path.GetFileNameWithoutExtension(analysis.Log.Path))];
        return names.Distinct().Count() == names.Length ? names : analyses.Select(static analysis => analysis.Log.Path);
    }
}
