using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Cluster;

/// <summary>
/// Runs whose images are handed out to workers, kept in a database. A worker leases images for a time; each lease has a fencing number, and
/// an answer counts only under the latest one, so that nothing counts twice and a late worker cannot replace an answer.
/// </summary>
/// <remarks>
/// All times are by the database's clock. Every call waits for a restarting database, up to <see cref="QueueOptions.Patience"/>, and then
/// throws a <see cref="QueueUnavailableException"/>; the call may still have had its effect, and repeating it is harmless. Safe for
/// concurrent use. <see cref="WorkQueue.Open"/> makes one.
/// </remarks>
public interface IWorkQueue : IAsyncDisposable
{
    /// <summary>Where the queue is, for messages; never with a password.</summary>
    string Name { get; }

    /// <summary>Makes the tables if they do not exist.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="InvalidDataException">They exist in a later version.</exception>
    Task CreateAsync(CancellationToken cancellationToken = default);

    /// <summary>Adds a run, or finds an existing one.</summary>
    /// <param name="run">Name, settings and command; its id does not matter.</param>
    /// <param name="images">The images' indices, each once.</param>
    /// <param name="cancellationToken">Stops it; then nothing is added.</param>
    /// <returns>The run as it is in the queue, and whether it was added now.</returns>
    /// <exception cref="InvalidDataException">A run of this name exists with other settings; each difference is named.</exception>
    Task<(QueuedRun Run, bool Added)> EnqueueAsync(
        QueuedRun run, IReadOnlyCollection<int> images, CancellationToken cancellationToken = default);

    /// <summary>The runs, in the order in which they were added.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<IReadOnlyList<QueuedRun>> RunsAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Leases images that are waiting or whose lease has expired. Images that were tried before are handed out last, and one at a time.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="worker">The worker that asks.</param>
    /// <param name="most">The most to lease, at least 1.</param>
    /// <param name="time">How long the lease lasts unless it is renewed.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The images by index; empty where none are available now.</returns>
    Task<IReadOnlyList<LeasedImage>> LeaseAsync(
        QueuedRun run, string worker, int most, TimeSpan time, CancellationToken cancellationToken = default);

    /// <summary>Shows that a worker is alive, and renews its leases.</summary>
    /// <param name="run">The run.</param>
    /// <param name="worker">The worker.</param>
    /// <param name="leases">The leases it holds.</param>
    /// <param name="time">How long each lease lasts from now on.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>How many of them it still holds: others have expired and may belong to another worker.</returns>
    Task<int> RenewAsync(QueuedRun run, QueueWorkerName worker, IReadOnlyCollection<LeasedImage> leases, TimeSpan time,
        CancellationToken cancellationToken = default);

    /// <summary>Submits answers.</summary>
    /// <param name="run">The run.</param>
    /// <param name="worker">The worker.</param>
    /// <param name="results">Answers, each under its lease's fencing number.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>How many were accepted. Others came too late: their image now belongs to another worker, or is done.</returns>
    Task<int> CompleteAsync(
        QueuedRun run, string worker, IReadOnlyCollection<ImageResult> results, CancellationToken cancellationToken = default);

    /// <summary>
    /// Reports that an image failed. It waits to be tried again or, after <see cref="QueueOptions.MostFailures"/> times, is parked with its
    /// error.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="lease">The image under its fencing number.</param>
    /// <param name="error">What went wrong, for display.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task FailAsync(QueuedRun run, LeasedImage lease, string error, CancellationToken cancellationToken = default);

    /// <summary>Returns leases unused, which is not a failure, and reports that the worker leaves.</summary>
    /// <param name="run">The run.</param>
    /// <param name="worker">The worker.</param>
    /// <param name="leases">The leases it still holds.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task LeaveAsync(QueuedRun run, QueueWorkerName worker, IReadOnlyCollection<LeasedImage> leases,
        CancellationToken cancellationToken = default);

    /// <summary>Whether any image is waiting or in progress.</summary>
    /// <param name="run">The run.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<bool> HasWorkAsync(QueuedRun run, CancellationToken cancellationToken = default);

    /// <summary>Makes parked images available again: under the same seed, that is not a second draw.</summary>
    /// <param name="run">The run.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>How many.</returns>
    Task<int> RetryPoisonedAsync(QueuedRun run, CancellationToken cancellationToken = default);

    /// <summary>The progress of a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="radii">The radii at which certified accuracy is counted.</param>
    /// <param name="window">The time before now over which the rate is measured.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<QueueStatus> StatusAsync(
        QueuedRun run, IReadOnlyList<double> radii, TimeSpan window, CancellationToken cancellationToken = default);

    /// <summary>A part of the answers, by index.</summary>
    /// <param name="run">The run.</param>
    /// <param name="after">Only images above this index.</param>
    /// <param name="most">The most to return.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Index and line of the log's JSON lines.</returns>
    Task<IReadOnlyList<(long Image, string Line)>> ResultsAsync(
        QueuedRun run, long after, int most, CancellationToken cancellationToken = default);
}
