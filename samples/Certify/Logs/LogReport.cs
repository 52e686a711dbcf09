using System.Globalization;
using DenoisedSmoothing;

namespace Certify;

/// <summary>What <c>analyze</c> prints: logs, radii as typed, and the levels of the high-probability bounds.</summary>
internal sealed record LogReport(IReadOnlyList<LogAnalysis> Logs, IReadOnlyList<ReportRadius> Radii, double? Alpha, double Rho, bool Envelope)
{
    // The field's alpha, for logs that do not say theirs.
    private const double UsualAlpha = .001;

    public string Bound => string.Create(CultureInfo.InvariantCulture, $"at least, with confidence {1 - Rho}");

    /// <summary>The alpha of a log's certificates: as asked for, as its settings say, or the field's.</summary>
    public double AlphaOf(LogAnalysis log) => Alpha
        ?? (double.TryParse(
            log.Log.Meta?.Settings.GetValueOrDefault(CertificationLogMeta.AlphaSetting), NumberStyles.Float, CultureInfo.InvariantCulture, out double alpha)
            && alpha is > 0 and < 1
            ? alpha
            : UsualAlpha);

    public double Exact(LogAnalysis log, double radius) =>
        HighProbabilityAccuracy.Exact(log.CertifiedCount(radius), log.Images, AlphaOf(log), Rho);

    public double Cohen(LogAnalysis log, double radius) =>
        HighProbabilityAccuracy.Cohen(log.CertifiedCount(radius), log.Images, AlphaOf(log), Rho);

    public LogAnalysis Best(double radius) => LogAnalysis.Best(Logs, radius);
}
