using DenoisedSmoothing.Experiments;
using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Cluster;

/// <summary>An image's answer, or a note that it is skipped.</summary>
public sealed record ImageResult
{
    /// <summary>The image, under the lease's fencing number.</summary>
    public required LeasedImage Lease { get; init; }

    /// <summary>The line for it in the log's JSON lines.</summary>
    public required string Line { get; init; }

    /// <summary>The true label; null where the image is skipped.</summary>
    public int? Label { get; init; }

    /// <summary>The label answered; null for an abstention.</summary>
    public int? Predicted { get; init; }

    /// <summary>The certified radius; 0 for an abstention or a prediction.</summary>
    public double Radius { get; init; }

    /// <summary>How long it took, in seconds.</summary>
    public double Seconds { get; init; }

    /// <summary>The result for an outcome that is not an error.</summary>
    /// <param name="lease">The image, as it was leased.</param>
    /// <param name="outcome">Its outcome.</param>
    /// <param name="fingerprint">The fingerprint of the run's settings.</param>
    /// <exception cref="ArgumentException">The outcome is an error.</exception>
    public static ImageResult Of(LeasedImage lease, WorkOutcome outcome, string fingerprint)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        if (outcome.Skipped is { } skipped)
            return new ImageResult { Lease = lease, Line = new LogRecord(fingerprint, Skipped: skipped).ToJson() };
        CertificationLogEntry entry = outcome.Entry ?? throw new ArgumentException("A failed image has no result.", nameof(outcome));
        return new ImageResult
        {
            Lease = lease,
            Line = LogRecord.Of(entry).ToJson(),
            Label = entry.Label,
            Predicted = entry.Predicted,
            Radius = entry.ToRow().Radius,
            Seconds = entry.Seconds,
        };
    }
}
