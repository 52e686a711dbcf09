using System.Globalization;
using DenoisedSmoothing.Analysis;

namespace DenoisedSmoothing.Tool;

/// <summary>Numbers of a report as text.</summary>
internal static class ReportText
{
    /// <summary>A share as a percentage with two decimals, truncated: what is claimed is never rounded up.</summary>
    public static string Percent(int count, int images) => Hundredths(Math.Floor(10_000m * count / images));

    /// <summary>A bound as a percentage with two decimals, truncated, and never below 0; a dash for none.</summary>
    public static string Percent(double? share) => share is { } known ? Hundredths(Math.Floor(10_000m * (decimal)Math.Max(0, known))) : "-";

    /// <summary>
    /// A share that speaks against the model, such as that of abstentions, as a percentage with two decimals, rounded up.
    /// </summary>
    public static string PercentUp(int count, int images) => Hundredths(Math.Ceiling(10_000m * count / images));

    /// <summary>A share with six decimals, truncated.</summary>
    public static string Fraction(int count, int images) => Millionths(Math.Floor(1_000_000m * count / images));

    /// <summary>A share that speaks against the model with six decimals, rounded up.</summary>
    public static string FractionUp(int count, int images) => Millionths(Math.Ceiling(1_000_000m * count / images));

    /// <summary>An average certified radius with six decimals, truncated; nan where there is none, a number for any reader.</summary>
    public static string Fraction(double? radius) => radius is { } known ? Millionths(Math.Floor(1_000_000m * (decimal)known)) : "nan";

    /// <summary>An average certified radius with three decimals, truncated; a dash where there is none.</summary>
    public static string Radius(double? value) =>
        value is { } known ? (Math.Floor((decimal)known * 1000) / 1000).ToString("0.000", CultureInfo.InvariantCulture) : "-";

    public static string Time(TimeSpan? time) => time is { } known
        ? known.TotalDays >= 1
            ? known.ToString(@"d\d\ hh\:mm\:ss", CultureInfo.InvariantCulture)
            : known.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture)
        : "-";

    public static string Seconds(LogAnalysis log) => log.TotalTime is { } time
        ? (time.TotalSeconds / log.Images).ToString("0.00", CultureInfo.InvariantCulture)
        : "-";

    /// <summary>A norm as named in the options.</summary>
    public static string Name(Norm norm) => norm.ToString().ToLowerInvariant();

    private static string Millionths(decimal value) => (value / 1_000_000).ToString("0.000000", CultureInfo.InvariantCulture);

    private static string Hundredths(decimal value) => (value / 100).ToString("0.00", CultureInfo.InvariantCulture);
}
