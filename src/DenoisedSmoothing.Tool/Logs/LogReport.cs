using System.Globalization;
using DenoisedSmoothing.Analysis;
using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Tool;

/// <summary>What <c>analyze</c> prints: logs, radii as typed, and the levels of the high-probability bounds.</summary>
internal sealed record LogReport(IReadOnlyList<LogAnalysis> Logs, IReadOnlyList<ReportRadius> Radii, double? Alpha, double Rho, bool Envelope)
{
    // The field's alpha, for logs that do not say theirs.
    private const double UsualAlpha = .001;

    /// <summary>The name of <see cref="OfTheseImages"/>, with its confidence.</summary>
    public string OfTheseImagesName => string.Create(CultureInfo.InvariantCulture, $"of these images at least, confidence {1 - Rho}");

    /// <summary>The name of <see cref="OfThePopulation"/>, with its confidence.</summary>
    public string OfThePopulationName => string.Create(CultureInfo.InvariantCulture, $"of the population at least, confidence {1 - Rho}");

    /// <summary>The alpha of a log's certificates: as asked for, as its settings say, or the field's.</summary>
    public double AlphaOf(LogAnalysis log) => Alpha
        ?? (double.TryParse(
            log.Log.Meta?.Settings.GetValueOrDefault(CertificationLogMeta.AlphaSetting), NumberStyles.Float, CultureInfo.InvariantCulture, out double alpha)
            && alpha is > 0 and < 1
            ? alpha
            : UsualAlpha);

    /// <summary>The share of the log's images that are truly robust, at least.</summary>
    public double OfTheseImages(LogAnalysis log, double radius) =>
        DatasetStatement.OfTheseImages(log.CertifiedCount(radius), log.Images, AlphaOf(log), Rho);

    /// <summary>The same of the population, were the images drawn from it at random.</summary>
    public double OfThePopulation(LogAnalysis log, double radius) =>
        DatasetStatement.OfThePopulation(log.CertifiedCount(radius), log.Images, AlphaOf(log), Rho);

    public double Cohen(LogAnalysis log, double radius) =>
        HighProbabilityAccuracy.Cohen(log.CertifiedCount(radius), log.Images, AlphaOf(log), Rho);

    public LogAnalysis Best(double radius) => LogAnalysis.Best(Logs, radius);
}
