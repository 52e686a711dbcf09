using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Cluster;

/// <summary>
/// Runs whose images are dealt out to workers, kept in a database. A worker leases images for a time; each lease has a fencing number,
/// and an answer counts only under the last one, so that nothing counts twice and none who comes too late can replace an answer.
/// </summary>
/// <remarks>
/// All times are of the database's clock. Every call waits out a database that restarts, up to <see cref="QueueOptions.Patience"/>, and
/// then throws a <see cref="QueueUnavailableException"/>; a call may have had its effect all the same, and doing it again is harmless.
/// Safe for concurrent use. <see cref="WorkQueue.Open"/> makes one.
/// </remarks>
public interface IWorkQueue : IAsyncDisposable
{
    /// <summary>Where the queue is, for messages; never with a password.</summary>
    string Name { get; }

    /// <summary>Makes the tables where there are none.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="InvalidDataException">They are there, of a later version.</exception>
    Task CreateAsync(CancellationToken cancellationToken = default);

    /// <summary>Puts a run in, or finds it there.</summary>
    /// <param name="run">Name, settings and command; its id does not matter.</param>
    /// <param name="images">The images' indices, each once.</param>
    /// <param name="cancellationToken">Stops it; nothing is put in then.</param>
    /// <returns>The run as it is in the queue, and whether it was put in now.</returns>
    /// <exception cref="InvalidDataException">A run of this name is there with other settings, each of which is named.</exception>
    Task<(QueuedRun Run, bool Added)> EnqueueAsync(
        QueuedRun run, IReadOnlyCollection<int> images, CancellationToken cancellationToken = default);

    /// <summary>The runs, in the order in which they were put in.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<IReadOnlyList<QueuedRun>> RunsAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Leases images that wait, or whose lease has run out. Images that were tried before are dealt out last, and one at a time.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="worker">Who asks.</param>
    /// <param name="most">How many at most, at least 1.</param>
    /// <param name="time">How long the lease lasts unless it is renewed.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The images by index; empty where none can be had now.</returns>
    Task<IReadOnlyList<LeasedImage>> LeaseAsync(
        QueuedRun run, string worker, int most, TimeSpan time, CancellationToken cancellationToken = default);

    /// <summary>Shows that a worker is alive, and renews its leases.</summary>
    /// <param name="run">The run.</param>
    /// <param name="worker">Who.</param>
    /// <param name="leases">What it holds.</param>
    /// <param name="time">How long each lease lasts from now on.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>How many of them it still holds: others have run out and may be someone else's.</returns>
    Task<int> RenewAsync(QueuedRun run, QueueWorkerName worker, IReadOnlyCollection<LeasedImage> leases, TimeSpan time,
        CancellationToken cancellationToken = default);

    /// <summary>Hands answers in.</summary>
    /// <param name="run">The run.</param>
    /// <param name="worker">Who.</param>
    /// <param name="results">Answers, each under its lease's fencing number.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>How many were taken. Others came too late: their image is someone else's by now, or done.</returns>
    Task<int> CompleteAsync(
        QueuedRun run, string worker, IReadOnlyCollection<ImageResult> results, CancellationToken cancellationToken = default);

    /// <summary>
    /// Says that an image failed. It waits to be tried again, or after <see cref="QueueOptions.MostFailures"/> times is parked with its
    /// error.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="lease">The image under its fencing number.</param>
    /// <param name="error">What went wrong, for people.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task FailAsync(QueuedRun run, LeasedImage lease, string error, CancellationToken cancellationToken = default);

    /// <summary>Gives leases back unused, which is no failure, and says that the worker leaves.</summary>
    /// <param name="run">The run.</param>
    /// <param name="worker">Who.</param>
    /// <param name="leases">What it still holds.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task LeaveAsync(QueuedRun run, QueueWorkerName worker, IReadOnlyCollection<LeasedImage> leases,
        CancellationToken cancellationToken = default);

    /// <summary>Whether an image waits or is in work.</summary>
    /// <param name="run">The run.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<bool> HasWorkAsync(QueuedRun run, CancellationToken cancellationToken = default);

    /// <summary>Has parked images tried again: under the same seed that is no second try.</summary>
    /// <param name="run">The run.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>How many.</returns>
    Task<int> RetryPoisonedAsync(QueuedRun run, CancellationToken cancellationToken = default);

    /// <summary>How far a run is.</summary>
    /// <param name="run">The run.</param>
    /// <param name="radii">At which radii certified accuracy is counted.</param>
    /// <param name="window">Over which time before now the rate is measured.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task<QueueStatus> StatusAsync(
        QueuedRun run, IReadOnlyList<double> radii, TimeSpan window, CancellationToken cancellationToken = default);

    /// <summary>A part of the answers, by index.</summary>
    /// <param name="run">The run.</param>
    /// <param name="after">Only images above this index.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Index and line of the log's JSON lines.</returns>
    Task<IReadOnlyList<(long Image, string Line)>> ResultsAsync(
        QueuedRun run, long after, int most, CancellationToken cancellationToken = default);
}
