using DenoisedSmoothing.Analysis;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Statistics;

namespace DenoisedSmoothing.Tool;

/// <summary>What a log's settings can reach.</summary>
internal static class LargestRadius
{
    /// <summary>The radius where all votes agree, at most; null where the settings do not say, or another norm is certified.</summary>
    public static double? Of(CertificationLog log)
    {
        if (log.Kind != CertificationLogKind.Certify || log.Meta is not { Sigma: { } sigma } meta || log.Method is not { } method
            || meta.Settings.GetValueOrDefault(CertificationLogMeta.NoiseSetting)?.Contains("uniform", StringComparison.Ordinal) == true)
            return null;
        try
        {
            return Certifiers.Create(method) switch
            {
                CohenCertifier cohen => CertifiedRadius.Largest(cohen.N, cohen.Alpha, sigma),
                MulticlassCertifier classes => CertifiedRadius.Largest(classes.N, classes.Alpha / 2, sigma),
                LecuyerCertifier its => LecuyerRadius.FromBounds(Unanimous(its.N, its.Alpha), 1 - Unanimous(its.N, its.Alpha), sigma),
                LiCertifier its => LiRadius.FromBounds(Unanimous(its.N, its.Alpha), 1 - Unanimous(its.N, its.Alpha), sigma),
                PixelDpCertifier its => LecuyerRadius.FromBounds(Unanimous(its.N, its.Alpha / 2), 1 - Unanimous(its.N, its.Alpha / 2), sigma),
                SequentialCertifier sequential => sequential.LargestRadius(sigma),
                _ => null,
            };
        }
        catch (ArgumentException)
        {
            // Of another version: the log is still good for its figures.
            return null;
        }
    }

    private static double Unanimous(long n, double alpha) => ClopperPearson.Lower(n, n, alpha);

    /// <summary>Whether no image of a log can have been certified at a radius, whatever its votes.</summary>
    public static bool IsBelow(LogAnalysis log, double radius) =>
        log.CertifiedCount(radius) == 0 && radius > (Of(log.Log) ?? double.PositiveInfinity);
}
