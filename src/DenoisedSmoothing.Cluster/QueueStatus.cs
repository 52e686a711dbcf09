namespace DenoisedSmoothing.Cluster;

/// <summary>The progress of a run.</summary>
public sealed record QueueStatus
{
    /// <summary>The run.</summary>
    public required QueuedRun Run { get; init; }

    /// <summary>The time of this status, by the database's clock.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Images with an answer, including skipped ones.</summary>
    public required long Done { get; init; }

    /// <summary>Images that a worker holds.</summary>
    public required long InWork { get; init; }

    /// <summary>Images that no worker holds yet.</summary>
    public required long Waiting { get; init; }

    /// <summary>Images that failed repeatedly and are parked.</summary>
    public required long Poisoned { get; init; }

    /// <summary>Images skipped because they cannot be read.</summary>
    public required long Skipped { get; init; }

    /// <summary>Answers that are abstentions.</summary>
    public required long Abstained { get; init; }

    /// <summary>For each requested radius: correct answers with at least that radius.</summary>
    public required IReadOnlyList<(double Radius, long Certified)> Certified { get; init; }

    /// <summary>Recent images per second; 0 where none were finished.</summary>
    public required double Rate { get; init; }

    /// <summary>Some of the parked images, lowest index first.</summary>
    public required IReadOnlyList<PoisonedImage> PoisonedImages { get; init; }

    /// <summary>The workers seen so far, latest heartbeat first.</summary>
    public required IReadOnlyList<QueueWorkerStatus> Workers { get; init; }

    /// <summary>Images with an answer: done and not skipped.</summary>
    public long Answered => Done - Skipped;

    /// <summary>When the last image will be done at this rate; null where there is no rate, or nothing left.</summary>
    public DateTimeOffset? ExpectedEnd => Rate > 0 && Waiting + InWork is > 0 and var left && left / Rate < 1e9
        ? Time.AddSeconds(left / Rate)
        : null;

    /// <summary>Whether there is nothing left to do: all images are done or parked.</summary>
    public bool IsOver => Waiting + InWork == 0;
}
