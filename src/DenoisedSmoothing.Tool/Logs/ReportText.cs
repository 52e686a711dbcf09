using System.Globalization;
using DenoisedSmoothing.Analysis;

namespace DenoisedSmoothing.Tool;

/// <summary>Numbers of a report as text.</summary>
internal static class ReportText
{
    /// <summary>A share as a percentage with two decimals, cut: what is claimed is never rounded up.</summary>
    public static string Percent(int count, int images) => Hundredths(Math.Floor(10_000m * count / images));

    /// <summary>A bound as a percentage with two decimals, cut.</summary>
    public static string Percent(double share) => Hundredths(Math.Floor(10_000m * (decimal)share));

    /// <summary>A share that is no claim, rounded to nearest.</summary>
    public static string Rounded(int count, int images) => Hundredths(Math.Round(10_000m * count / images));

    /// <summary>A share or radius with six decimals.</summary>
    public static string Fraction(double value) => value.ToString("0.000000", CultureInfo.InvariantCulture);

    /// <summary>An average certified radius with three decimals, cut.</summary>
    public static string Radius(double value) => (Math.Floor((decimal)value * 1000) / 1000).ToString("0.000", CultureInfo.InvariantCulture);

    public static string Time(TimeSpan? time) => time is { } known
        ? known.TotalDays >= 1
            ? known.ToString(@"d\d\ hh\:mm\:ss", CultureInfo.InvariantCulture)
            : known.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture)
        : "-";

    public static string Seconds(LogAnalysis log) => log.TotalTime is { } time
        ? (time.TotalSeconds / log.Images).ToString("0.00", CultureInfo.InvariantCulture)
        : "-";

    private static string Hundredths(decimal value) => (value / 100).ToString("0.00", CultureInfo.InvariantCulture);
}
