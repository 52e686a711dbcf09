using DenoisedSmoothing.Aces;
using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Verification;

/// <summary>Verifies a log: every certificate or prediction by itself, against the settings, and against the other lines.</summary>
public sealed class LogVerification
{
    private LogVerification(string path, long verified, ImagesCheck? images, IReadOnlyList<LogFinding> findings) =>
        (Path, Verified, Unfinished, Findings) = (path, verified, images?.Left, findings);

    /// <summary>The log, as given.</summary>
    public string Path { get; }

    /// <summary>How many lines were verified.</summary>
    public long Verified { get; }

    /// <summary>How many images the run still had to process after the last line.</summary>
    /// <value>Null where the settings do not say which images it processes, as for merged parts of a run.</value>
    public long? Unfinished { get; }

    /// <summary>Every difference, in the order of the lines.</summary>
    public IReadOnlyList<LogFinding> Findings { get; }

    /// <summary>Verifies a log.</summary>
    /// <param name="path">The TSV, with its JSON lines beside it, or the JSON lines; or rows of a model with a core (<see
    /// cref="AcesLogWriter"/>), which hold their votes themselves.</param>
    /// <param name="cancellationToken">Stops the verification.</param>
    /// <exception cref="FileNotFoundException">There are no JSON lines: a table alone does not have the votes of both phases.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is another kind of file, or a line is bad; the message names it.</exception>
    /// <exception cref="OperationCanceledException">The verification was stopped.</exception>
    public static LogVerification Run(string path, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (AcesLog.Is(path))
            return OfRows(path, cancellationToken);
        string log = LogPaths.LogOf(path), json = LogPaths.JsonLines(log);
        if (!HasVotes(path))
        {
            LogFileKind.Check(path);
            throw new FileNotFoundException(
                $"{path} has no {json} beside it: without votes there is nothing to verify. Its radii can be audited.", json);
        }

        CertificateVerifier verifier = new();
        CertificationLogMeta? meta = CertificationLogMeta.Find(log);
        SettingsCheck settings = new(meta);
        ImagesCheck? run = ImagesCheck.Of(meta);
        LogTable? table = path == log ? LogTable.Read(log) : null;
        Dictionary<(ulong, long), long> noise = [];
        HashSet<long> images = [];
        ClassCounts classes = new();
        LogScan scan = new();
        List<LogFinding> all = [];
        long verified = 0;
        foreach (LogRecord record in LogRecord.ReadAll(json))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (run is not null)
                all.AddRange(record.Index is { } index ? run.Check(index) : run.CheckEnd());
            scan.Add(record, json);
            if (record.Entry is not { } entry)
                continue;
            Findings findings = new();
            if (!images.Add(entry.Index))
                findings.Overstated("index", $"the JSON lines have this image more than once, and it would count as often");
            settings.Check(entry, findings);
            classes.Check("votes", entry.ClassCount, findings);
            Shared(entry, noise, findings);
            table?.Check(entry, findings);
            IReadOnlyList<VerificationFinding> own = entry.Certificate is { } certificate ? verifier.Verify(certificate)
                : entry.Transferred is { } transferred ? verifier.Verify(transferred)
                : entry.Soft is { } soft ? verifier.Verify(soft)
                : verifier.Verify(entry.Prediction!);
            all.AddRange(own.Concat(findings.All).Select(finding => new LogFinding(entry.Index, finding)));
            verified++;
        }

        foreach (long lone in table?.Left ?? [])
        {
            all.Add(new LogFinding(lone, new VerificationFinding(
                VerificationSeverity.Overstated, "index", "the table has this image, and the JSON lines do not")));
        }

        return new LogVerification(path, verified, run, all);
    }

    /// <summary>Whether a log has JSON lines, and so votes.</summary>
    /// <param name="path">The TSV, or the JSON lines.</param>
    public static bool HasVotes(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return File.Exists(LogPaths.JsonLines(LogPaths.LogOf(path)));
    }

    private static LogVerification OfRows(string path, CancellationToken cancellationToken)
    {
        AcesCheck? check = null;
        ImagesCheck? images = ImagesCheck.Of(CertificationLogMeta.Find(path));
        List<LogFinding> all = [];
        long verified = 0;
        foreach (AcesRow row in AcesLog.ReadAll(path))
        {
            cancellationToken.ThrowIfCancellationRequested();
            check ??= new AcesCheck(path);
            all.AddRange(images?.Check(row.Index) ?? []);
            all.AddRange(check.Check(row).Select(finding => new LogFinding(row.Index, finding)));
            verified++;
        }

        return new LogVerification(path, verified, images, all);
    }

    private static void Shared(CertificationLogEntry entry, Dictionary<(ulong, long), long> noise, Findings findings)
    {
        if (entry.Provenance is not { } provenance)
            return;
        findings.Equal("imageIndex", provenance.ImageIndex, entry.Index, "the line");
        if (!noise.TryAdd((provenance.Seed, provenance.ImageIndex), entry.Index))
        {
            long other = noise[(provenance.Seed, provenance.ImageIndex)];
            findings.Different("provenance",
                $"seed and image index are those of image {other}, so the noise is the same and the two are not independent");
        }
    }
}
