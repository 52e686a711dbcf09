using System.Globalization;
using DenoisedSmoothing.Analysis;
using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Tool;

/// <summary>A log compared with the first one, image by image.</summary>
/// <param name="Log">The log.</param>
/// <param name="First">What it is compared with.</param>
/// <param name="Differences">Its share minus the first's, at each radius.</param>
/// <param name="Radii">Its average certified radius minus the first's; null for predictions.</param>
internal sealed record LogPair(LogAnalysis Log, LogAnalysis First, IReadOnlyList<PairedDifference> Differences, PairedRadii? Radii)
{
    /// <summary>Whether the number of images was fixed before the votes, and they are independent, as intervals require.</summary>
    public bool HasIntervals => IsFixed(Log.Log) && IsFixed(First.Log);

    /// <summary>Compares.</summary>
    /// <exception cref="ArgumentException">The logs are not of the same kind, norm or images.</exception>
    public static LogPair Of(LogAnalysis log, LogAnalysis first, IReadOnlyList<ReportRadius> radii, double rho)
    {
        if ((Obstacle(log.Log, first.Log) ?? OtherData(log.Log, first.Log)) is { } obstacle)
        {
            throw new ArgumentException(
                $"--paired compares image by image, and {log.Log.Path} and {first.Log.Path} are not alike: {obstacle}.");
        }

        return new(log, first, [.. radii.Select(radius => PairedDifference.Of(log, first, radius.Value, rho))],
            log.AverageCertifiedRadius is null ? null : PairedRadii.Of(log, first));
    }

    /// <summary>Why two logs cannot be compared image by image, as far as kind and norm say; null where they can.</summary>
    public static string? Obstacle(CertificationLog first, CertificationLog second) =>
        first.Kind != second.Kind ? "one holds certificates and the other predictions"
        : first.Norm != second.Norm ? $"the radii are in {ReportText.Name(first.Norm)} and {ReportText.Name(second.Norm)}"
        : null;

    /// <summary>
    /// What is wrong where the settings of two logs name different images; null where they name the same, or say nothing.
    /// </summary>
    public static string? OtherData(CertificationLog first, CertificationLog second) =>
        DataOf(first) is { } here && DataOf(second) is { } there && here != there ? "their settings name other images" : null;

    /// <summary>Whether a log's number of images was fixed before the votes, and its images are independent.</summary>
    public static bool IsFixed(CertificationLog log) => log.SharedNoise == 0 && log.Completeness != LogCompleteness.Unfinished;

    /// <summary>A difference of shares in points, with its sign and two decimals.</summary>
    /// <param name="share">The difference.</param>
    /// <param name="round">How the last digit is rounded.</param>
    public static string Points(double share, Func<double, double> round) =>
        (round(10_000 * share) / 100).ToString("+0.00;-0.00;0.00", CultureInfo.InvariantCulture);

    /// <summary>A p-value, rounded up.</summary>
    public static string PValue(double value) =>
        Math.Min(1, Math.Ceiling(value * 1e4) / 1e4).ToString("0.0000", CultureInfo.InvariantCulture);

    /// <summary>The difference of the average radii, with its standard error; empty where there is none.</summary>
    public string AverageRadius => Radii is { StandardError: { } error } radii
        ? string.Create(CultureInfo.InvariantCulture, $"ACR {radii.MeanDifference:+0.000;-0.000;0.000}, standard error {error:0.000}")
        : "";

    private static string? DataOf(CertificationLog log) => log.Meta?.Settings.GetValueOrDefault(CertificationLogMeta.DataSetting);
}
