using DenoisedSmoothing.Audit;
using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Tool;

/// <summary>The settings against which a log is audited: those that were typed, otherwise those beside the log.</summary>
internal static class ClaimedSettings
{
    /// <exception cref="ArgumentException">One of them is not given anywhere.</exception>
    public static LogAuditSettings Of(CertificationLog log, double? sigma, long? n, double? alpha) => new(
        sigma ?? log.Meta?.Sigma ?? Missing(log, "--sigma", 1.0),
        n ?? Count(log.Method?.Parameters.GetValueOrDefault("n")) ?? Missing(log, "--n", 1L),
        alpha ?? log.Alpha ?? Missing(log, "--alpha", .001));

    private static long? Count(string? text) => PlainNumber.TryParseWhole(text, out long count) && count > 0 ? count : null;

    // For a log without such a setting, such as one of predictions, no claim applies, and any value serves to say so.
    private static T Missing<T>(CertificationLog log, string option, T any) =>
        log.Kind == CertificationLogKind.Certify && log.Method?.Name is null or "cohen"
        ? throw new ArgumentException($"{option} is missing: there are no settings beside {log.Path} that give it.")
        : any;
}
