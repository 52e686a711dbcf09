using DenoisedSmoothing.Soft;
using DenoisedSmoothing.Transfer;

namespace DenoisedSmoothing.Logs;

/// <summary>One line of a log's JSON lines: the image, and its whole certificate, transferred certificate or prediction.</summary>
public sealed record CertificationLogEntry
{
    /// <summary>The fingerprint of the run's settings (<see cref="CertificationLogMeta.Fingerprint"/>).</summary>
    public required string Fingerprint { get; init; }

    /// <summary>The image's index in its data set.</summary>
    public required long Index { get; init; }

    /// <summary>The true label.</summary>
    public required int Label { get; init; }

    /// <summary>How long the image took, in seconds.</summary>
    public required double Seconds { get; init; }

    /// <summary>The certificate; null in a log of transferred certificates or of predictions.</summary>
    public Certificate? Certificate { get; init; }

    /// <summary>The certificate transferred to a successor; null in other logs.</summary>
    public TransferredCertificate? Transferred { get; init; }

    /// <summary>The certificate of mean scores; null in other logs.</summary>
    public SoftCertificate? Soft { get; init; }

    /// <summary>The prediction; null in a log of certificates.</summary>
    public Prediction? Prediction { get; init; }

    internal CertificationLogKind Kind => Prediction is null ? CertificationLogKind.Certify : CertificationLogKind.Predict;

    internal int? Predicted => Certificate?.Label ?? Transferred?.Label ?? Soft?.Label ?? Prediction?.Label;

    /// <summary>The allowed probability that the line is wrong.</summary>
    internal double Alpha => Certificate?.Alpha ?? Transferred?.Alpha ?? Soft?.Alpha ?? Prediction!.Alpha;

    /// <summary>The number of classes that the votes, or mean scores, are over.</summary>
    internal int ClassCount => (Certificate ?? Transferred?.Original)?.EstimationVotes.ClassCount ?? Soft?.ClassCount
        ?? Prediction!.Votes.ClassCount;

    /// <summary>The norm of the radius; null for a prediction.</summary>
    internal Norm? Norm => Certificate?.Norm ?? Transferred?.Original.Norm ?? Soft?.Norm;

    /// <summary>The radius; null for a prediction.</summary>
    internal double? Radius => Certificate?.Radius ?? Transferred?.Radius ?? Soft?.Radius;

    internal CertificationMethod Method => Certificate?.Method ?? Transferred?.Method ?? Soft?.Method ?? Prediction!.Method;

    /// <summary>Where the line's own votes come from; null where it does not say.</summary>
    internal Provenance? Provenance => Certificate?.Provenance ?? Transferred?.Provenance ?? Soft?.Provenance;

    /// <summary>Reads the JSON lines of a log.</summary>
    /// <param name="path">The log, such as <c>run.tsv</c>, or its JSON lines beside it, <c>run.tsv.jsonl</c>.</param>
    /// <returns>The images of its complete lines in order; an incomplete last line left by a killed process is ignored.</returns>
    /// <exception cref="IOException">The file cannot be read, or a running process is writing it.</exception>
    /// <exception cref="InvalidDataException">A line is not an entry; the message names the line.</exception>
    public static IEnumerable<CertificationLogEntry> ReadAll(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return LogRecord.ReadAll(LogPaths.JsonLines(LogPaths.LogOf(path)))
            .Where(static record => record.Entry is not null).Select(static record => record.Entry!);
    }

    /// <summary>The row that analysis needs.</summary>
    public CertificationLogRow ToRow()
    {
        CertificationLogRow row = new()
        {
            Index = Index,
            Label = Label,
            Predicted = Predicted,
            Radius = Radius ?? 0,
            RadiusText = Radius is { } radius ? LogText.Radius(radius) : null,
            Time = TimeSpan.FromSeconds(Seconds),
        };
        return (Certificate, Transferred, Soft) switch
        {
            ({ } c, _, _) => row with
            {
                N0 = c.N0,
                N = c.N,
                Count = c.EstimationVotes[c.SelectedLabel],
                SelectedLabel = c.SelectedLabel,
                PALower = c.PALower,
            },
            (_, { } t, _) => row with
            {
                N0 = t.Original.N0,
                N = t.Pairs.Total,
                Count = t.Pairs[(int)PairOutcome.Kept],
                SelectedLabel = t.Original.SelectedLabel,
                PALower = t.PALower,
            },
            (_, _, { } s) => row with { N0 = s.N0, N = s.N, SelectedLabel = s.SelectedLabel, PALower = s.MeanLower },
            _ => row with { N = Prediction!.N, Count = Prediction.Votes[Prediction.TopLabel], SelectedLabel = Prediction.TopLabel },
        };
    }

    /// <summary>Checks that this is a valid line.</summary>
    /// <exception cref="InvalidDataException">It is not; the message names the line.</exception>
    internal void Check(string path, int line)
    {
        if (new object?[] { Certificate, Transferred, Soft, Prediction }.Count(static held => held is not null) != 1)
            throw new InvalidDataException($"{path}, line {line}: an entry holds either a certificate or a prediction.");
        if (Label < 0 || Predicted < 0)
            throw new InvalidDataException($"{path}, line {line}: a label is negative.");
        if (Transferred is { } t && !(double.IsFinite(t.Radius) && t.Radius >= 0 && t.Pairs.ClassCount == CertificateTransfer.OutcomeCount))
            throw new InvalidDataException(
                $"{path}, line {line}: a transferred certificate has a radius of at least 0 and pairs of four outcomes.");
        if (Soft is { } soft && !(double.IsFinite(soft.Radius) && soft.Radius >= 0 && soft.MeanLower is >= 0 and <= 1 && soft.N >= 0))
            throw new InvalidDataException(
                $"{path}, line {line}: a certificate of mean scores has a radius of at least 0 and a bound from 0 to 1.");
        if (!(Math.Abs(Seconds) <= LogTime.MostSeconds))
            throw new InvalidDataException($"{path}, line {line}: {Seconds} is not a time in seconds.");
    }
}
