using System.Text.Json;
using System.Text.Json.Serialization;

namespace DenoisedSmoothing.Logs;

/// <summary>One line of a log's JSON lines: the image, and its whole certificate or prediction.</summary>
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

    /// <summary>The certificate; null in a log of predictions.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Certificate? Certificate { get; init; }

    /// <summary>The prediction; null in a log of certificates.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Prediction? Prediction { get; init; }

    /// <summary>Reads a JSON lines file.</summary>
    /// <param name="path">A file such as <c>run.tsv.jsonl</c>.</param>
    /// <returns>Its complete lines in order; what a killed process left of a last line is passed over.</returns>
    /// <exception cref="IOException">The file cannot be read, or a running process is writing it.</exception>
    /// <exception cref="InvalidDataException">A line is no entry; the message names the line.</exception>
    public static IEnumerable<CertificationLogEntry> ReadAll(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using Stream file = LogPaths.OpenToRead(path);
        foreach (LogLine line in LogLines.Read(file, path))
        {
            if (line.Ended && !line.Blank)
                yield return Parse(line.Text, path, line.Number);
        }
    }

    /// <summary>The row that analysis needs.</summary>
    public CertificationLogRow ToRow()
    {
        CertificationLogRow row = new()
        {
            Index = Index,
            Label = Label,
            Predicted = Certificate is null ? Prediction!.Label : Certificate.Label,
            Radius = Certificate?.Radius ?? 0,
            RadiusText = Certificate is null ? null : LogText.Radius(Certificate.Radius),
            Time = TimeSpan.FromSeconds(Seconds),
        };
        return Certificate is { } c
            ? row with
            {
                N0 = c.N0,
                N = c.N,
                Count = c.EstimationVotes[c.SelectedLabel],
                SelectedLabel = c.SelectedLabel,
                PALower = c.PALower,
            }
            : row with { N = Prediction!.N, Count = Prediction.Votes[Prediction.TopLabel], SelectedLabel = Prediction.TopLabel };
    }

    internal static CertificationLogEntry Parse(string text, string path, int line)
    {
        try
        {
            CertificationLogEntry entry = JsonSerializer.Deserialize(text, LogJson.Lines.CertificationLogEntry)
                ?? throw new InvalidDataException($"{path}, line {line}: null is no entry.");
            if (entry.Certificate is null == entry.Prediction is null)
                throw new InvalidDataException($"{path}, line {line}: an entry holds either a certificate or a prediction.");
            entry.CheckNumbers(path, line);
            return entry;
        }
        catch (Exception e) when (e is JsonException or ArgumentException or OverflowException)
        {
            throw new InvalidDataException($"{path}, line {line}: not a line of a log ({e.Message})", e);
        }
    }

    internal string ToJson() => JsonSerializer.Serialize(this, LogJson.Lines.CertificationLogEntry);

    private void CheckNumbers(string path, int line)
    {
        (VoteCounts votes, int tested, int? label, double radius) = Certificate is { } c
            ? (c.EstimationVotes, c.SelectedLabel, c.Label, c.Radius)
            : (Prediction!.Votes, Prediction.TopLabel, Prediction.Label, 0);
        if (Index < 0 || Label < 0 || label < 0 || !(radius >= 0 && double.IsFinite(radius)) || tested < 0 || tested >= votes.ClassCount)
            throw new InvalidDataException($"{path}, line {line}: an index, label or radius is outside its range.");
        if (!(Math.Abs(Seconds) <= LogTime.MostSeconds))
            throw new InvalidDataException($"{path}, line {line}: {Seconds} is no time in seconds.");
    }
}
