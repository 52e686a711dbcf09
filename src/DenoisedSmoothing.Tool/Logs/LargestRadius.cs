using DenoisedSmoothing.Analysis;
using DenoisedSmoothing.Baselines;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Staged;
using DenoisedSmoothing.Statistics;

namespace DenoisedSmoothing.Tool;

/// <summary>The radius that a log's settings can reach.</summary>
internal static class LargestRadius
{
    /// <summary>At most the radius if all votes agree; null where the settings do not say.</summary>
    public static double? Of(CertificationLog log)
    {
        if (log.Kind != CertificationLogKind.Certify || log.Meta is not { Sigma: { } sigma } || log.Method is not { } method)
            return null;
        try
        {
            // Without what the grid costs, so that no image is above it. Sigma, from which lambda comes, has been rounded.
            IRadiusRule rule = log.Norm == Norm.L1
                ? new UniformRule(sigma * Math.Sqrt(3) * (1 + 1e-12), Dimension: 1)
                : new GaussianRule(sigma);
            return Certifiers.Create(method) switch
            {
                CohenCertifier cohen => Unanimous(rule, cohen.N, cohen.Alpha),
                MulticlassCertifier classes => Unanimous(rule, classes.N, classes.Alpha / 2),
                LecuyerCertifier its => Theorem(LecuyerRadius.FromBounds, its.N, its.Alpha),
                LiCertifier its => Theorem(LiRadius.FromBounds, its.N, its.Alpha),
                PixelDpCertifier its => Theorem(LecuyerRadius.FromBounds, its.N, its.Alpha / 2),
                SequentialCertifier sequential => sequential.LargestRadius(rule),
                StagedCertifier staged => staged.LargestRadius(rule),
                _ => null,
            };
        }
        catch (ArgumentException)
        {
            // From another version: the log's figures are still usable.
            return null;
        }

        double Theorem(Func<double, double, double, double> radius, long n, double alpha) =>
            radius(ClopperPearson.Lower(n, n, alpha), 1 - ClopperPearson.Lower(n, n, alpha), sigma);

        static double Unanimous(IRadiusRule rule, long n, double alpha) => rule.Radius(ClopperPearson.Lower(n, n, alpha), 1);
    }

    /// <summary>Whether no image of a log can have been certified at a radius, whatever its votes.</summary>
    public static bool IsBelow(LogAnalysis log, double radius) =>
        log.CertifiedCount(radius) == 0 && radius > (Of(log.Log) ?? double.PositiveInfinity);
}
