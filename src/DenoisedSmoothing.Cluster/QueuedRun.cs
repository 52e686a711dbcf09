using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Cluster;

/// <summary>A run in a queue.</summary>
public sealed record QueuedRun
{
    /// <summary>The queue's number for it; 0 before it is added.</summary>
    public long Id { get; init; }

    /// <summary>Its name, unique within the queue.</summary>
    public required string Name { get; init; }

    /// <summary>The settings of its log: a worker with other settings is refused.</summary>
    public required CertificationLogMeta Settings { get; init; }

    /// <summary>
    /// What a worker needs to know to set itself up, in the form used by the program that added the run; empty for nothing.
    /// </summary>
    public string Command { get; init; } = "";

    /// <summary>How many images it has.</summary>
    public long Images { get; init; }

    /// <summary>When it was added, by the database's clock.</summary>
    public DateTimeOffset Created { get; init; }

    /// <summary>Refuses settings other than the run's.</summary>
    /// <param name="settings">A worker's settings.</param>
    /// <exception cref="InvalidDataException">They differ; the message names each difference.</exception>
    public void Require(CertificationLogMeta settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (Settings.DifferencesTo(settings) is { Count: > 0 } differences)
            throw new InvalidDataException(
                $"The run '{Name}' has other settings than this one, and cannot take its answers:\n  {string.Join("\n  ", differences)}");
    }
}
