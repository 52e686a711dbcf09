using DenoisedSmoothing.Sampling;
using Microsoft.Extensions.Logging;

namespace DenoisedSmoothing.AspNetCore;

/// <summary>
/// A served classifier: loads in the background, then answers within its bounds. Registered under its name as a keyed singleton.
/// </summary>
public sealed partial class SmoothedModel : IAsyncDisposable
{
    private static readonly TimeSpan LoadingRetry = TimeSpan.FromSeconds(5);

    private readonly IServiceProvider _services;
    private readonly ILogger<SmoothedModel> _logger;
    private readonly IReadOnlyList<ICertificateAudit> _audits;
    private readonly AuditFile? _auditFile;
    private readonly SmoothingTelemetry _telemetry;
    private volatile LoadedModel? _loaded;
    private volatile Exception? _error;
    private volatile bool _stopping;

    internal SmoothedModel(string name, SmoothedClassifierOptions options, IServiceProvider services, ILogger<SmoothedModel> logger,
        IReadOnlyList<ICertificateAudit> audits, AuditFile? file, TimeProvider time)
    {
        (Name, Options, _services, _logger, _auditFile) = (name, options, services, logger, file);
        _audits = file is null ? audits : [.. audits, file];
        _telemetry = new SmoothingTelemetry(name);
        Queue = new AdmissionQueue(options.MostInWork, options.MostWaiting, options.LongestWait, time, _telemetry);
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Its state.</summary>
    public ModelState State => _stopping ? ModelState.Stopping
        : _loaded is not null ? ModelState.Ready
        : _error is not null ? ModelState.Failed
        : ModelState.Loading;

    /// <summary>Why it failed; null where it has not failed.</summary>
    public Exception? Error => _error;

    /// <summary>Which function it is, as in its certificates; null until it is ready.</summary>
    public string? Fingerprint => _loaded?.Fingerprint;

    /// <summary>
    /// The classifier under the usual noise, for use in code: it shares batches with the requests, but bypasses their queue.
    /// </summary>
    /// <exception cref="InvalidOperationException">It is not ready.</exception>
    public SmoothedClassifier Classifier => _loaded?.Usual ?? throw new InvalidOperationException(
        $"The smoothed classifier '{Name}' is not ready: {_error?.Message ?? "it is still being loaded."}");

    internal SmoothedClassifierOptions Options { get; }

    internal AdmissionQueue Queue { get; }

    /// <exception cref="RefusedException">It is not ready.</exception>
    internal LoadedModel Loaded => _stopping || _loaded is null ? throw Unready() : _loaded;

    /// <summary>Loads the models and makes a pass, on the calling thread; errors are kept and logged.</summary>
    internal void Load()
    {
        try
        {
            long begun = TimeProvider.System.GetTimestamp();
            LoadedModel loaded = LoadedModel.Load(Name, Options, _services);
            // Logged first, so that the line is there once the model counts as ready.
            _logger.Ready(Name, TimeProvider.System.GetElapsedTime(begun).TotalSeconds, loaded.Fingerprint);
            _loaded = loaded;
        }
        catch (Exception e)
        {
            _error = e;
            _logger.NotLoaded(e, Name);
        }
    }

    /// <summary>Refuses at once what would be refused anyway.</summary>
    /// <exception cref="RefusedException">It is not ready, or there is too much to do.</exception>
    internal void CheckRoom(int priority)
    {
        _ = Loaded;
        Queue.Check(priority);
    }

    /// <summary>Accepts nothing new; requests in progress are finished.</summary>
    internal void Stop()
    {
        _stopping = true;
        Queue.Close();
    }

    /// <summary>Waits for requests in progress, then frees the models.</summary>
    public async ValueTask DisposeAsync()
    {
        Stop();
        await Queue.Drained.ConfigureAwait(false); // networks must outlive their passes
        Interlocked.Exchange(ref _loaded, null)?.Dispose();
        if (_auditFile is not null)
            await _auditFile.DisposeAsync().ConfigureAwait(false);
    }

    private RefusedException Unready() => State switch
    {
        ModelState.Stopping => new RefusedException("stopping", "The server is stopping.", LoadingRetry),
        ModelState.Failed => new RefusedException("failed", $"The model '{Name}' could not be loaded; the server's log says why.", null),
        _ => new RefusedException("loading", $"The model '{Name}' is still being loaded.", LoadingRetry),
    };
}
