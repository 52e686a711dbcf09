using DenoisedSmoothing.Analysis;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Verification;

namespace DenoisedSmoothing.Tool;

/// <summary>A log in a report, with everything that is known about it.</summary>
/// <param name="Name">Its short name, distinct within the report.</param>
/// <param name="Analysis">Its figures.</param>
/// <param name="Verification">What its votes showed; null where it has none.</param>
/// <param name="Entries">Its JSON lines; empty where it has none.</param>
internal sealed record ReportedLog(
    string Name, LogAnalysis Analysis, LogVerification? Verification, IReadOnlyList<CertificationLogEntry> Entries)
{
    public CertificationLog Log => Analysis.Log;

    /// <summary>Its path for commands: where it was read from, unless set.</summary>
    public string Path { get; init; } = Analysis.Log.Path;

    public bool Certifies => Log.Kind == CertificationLogKind.Certify;

    /// <summary>Whether its certificates are of mean scores, not of votes.</summary>
    public bool OfScores => Entries.Any(static entry => entry.Soft is not null);

    /// <summary>The name of the norm of its radii.</summary>
    public string Norm => ReportText.Name(Log.Norm);

    /// <summary>Images whose answer differs from their label.</summary>
    public int Wrong => Analysis.Images - Analysis.Abstained - Analysis.CertifiedCount(0);

    /// <summary>The SHA-256 of each certified image, by index, as far as the log says.</summary>
    public IReadOnlyDictionary<long, string> ImageHashes { get; } = Entries
        .Where(static entry => ProvenanceOf(entry) is not null)
        .ToDictionary(static entry => entry.Index, static entry => ProvenanceOf(entry)!.ImageHash);

    /// <summary>Reads logs, after checking their claims.</summary>
    public static IReadOnlyList<ReportedLog> ReadAll(IReadOnlyList<string> paths, bool unverified, CancellationToken cancellationToken)
    {
        LogVerification?[] verified = [.. paths.Select(path => LogClaims.Check(path, unverified, "reports", cancellationToken))];
        LogAnalysis[] analyses = [.. paths.Select(static path => new LogAnalysis(LogInput.Read(path)))];
        string[] names = [.. AccuracyPlot.Names(analyses)];
        return [.. paths.Select((path, i) => new ReportedLog(names[i], analyses[i], verified[i],
            verified[i] is null ? [] : [.. CertificationLogEntry.ReadAll(path)]))];
    }

    /// <summary>Where the votes of a line come from; null where it does not say.</summary>
    public static Provenance? ProvenanceOf(CertificationLogEntry entry) =>
        entry.Certificate?.Provenance ?? entry.Transferred?.Provenance ?? entry.Soft?.Provenance;
}
