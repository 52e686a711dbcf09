using DenoisedSmoothing.Sampling;
using DenoisedSmoothing.Votes;
using Microsoft.Extensions.Logging;
using TorchSharp;

namespace DenoisedSmoothing.AspNetCore;

/// <summary>
/// A served classifier: loads in the background, then answers within its bounds. Registered under its name as a keyed singleton.
/// </summary>
public sealed class SmoothedModel : IAsyncDisposable
{
    private static readonly TimeSpan LoadingRetry = TimeSpan.FromSeconds(5);

    private readonly IServiceProvider _services;
    private readonly ILogger<SmoothedModel> _logger;
    private readonly SmoothingTelemetry _telemetry;
    private readonly IReadOnlyList<ICertificateAudit> _audits;
    private readonly AuditFile? _auditFile;
    private volatile LoadedModel? _loaded;
    private volatile Exception? _error;
    private volatile bool _stopping;

    internal SmoothedModel(string name, SmoothedClassifierOptions options, IServiceProvider services, ILogger<SmoothedModel> logger,
        IReadOnlyList<ICertificateAudit> audits, AuditFile? file, TimeProvider time)
    {
        (Name, Options, _services, _logger, _auditFile) = (name, options, services, logger, file);
        _audits = file is null ? audits : [.. audits, file];
        _telemetry = new SmoothingTelemetry(name);
        Queue = new AdmissionQueue(options.MostInWork, options.MostWaiting, options.LongestWait, time);
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>How far it is.</summary>
    public ModelState State => _stopping ? ModelState.Stopping
        : _loaded is not null ? ModelState.Ready
        : _error is not null ? ModelState.Failed
        : ModelState.Loading;

    /// <summary>Why it failed; null where it has not.</summary>
    public Exception? Error => _error;

    /// <summary>Which function it is, as its certificates say; null until it is ready.</summary>
    public string? Fingerprint => _loaded?.Fingerprint;

    /// <summary>The classifier under the usual noise, for use in code: it shares batches with the requests, and goes past their queue.</summary>
    /// <exception cref="InvalidOperationException">It is not ready.</exception>
    public SmoothedClassifier Classifier => _loaded?.Usual ?? throw new InvalidOperationException(
        $"The smoothed classifier '{Name}' is not ready: {_error?.Message ?? "it is still being loaded."}");

    internal SmoothedClassifierOptions Options { get; }

    internal AdmissionQueue Queue { get; }

    /// <exception cref="RefusedException">It is not ready.</exception>
    internal LoadedModel Loaded => _stopping || _loaded is null ? throw Unready() : _loaded;

    /// <summary>Loads the models and makes a pass, on the calling thread; what goes wrong is kept and logged.</summary>
    internal void Load()
    {
        try
        {
            long begun = TimeProvider.System.GetTimestamp();
            _loaded = LoadedModel.Load(Name, Options, _services);
            _logger.Ready(Name, TimeProvider.System.GetElapsedTime(begun).TotalSeconds, _loaded.Fingerprint);
        }
        catch (Exception e)
        {
            _error = e;
            _logger.NotLoaded(e, Name);
        }
    }

    /// <summary>Refuses now what would be refused anyway.</summary>
    /// <exception cref="RefusedException">It is not ready, or there is too much to do.</exception>
    internal void CheckRoom(int priority)
    {
        _ = Loaded;
        Counted(() =>
        {
            Queue.Check(priority);
            return true;
        });
    }

    /// <summary>Waits for a place in work.</summary>
    /// <exception cref="RefusedException">There is too much to do.</exception>
    internal async Task<Place> EnterAsync(int priority, CancellationToken cancellationToken)
    {
        _telemetry.Waiting(1);
        try
        {
            return await Queue.EnterAsync(priority, cancellationToken).ConfigureAwait(false);
        }
        catch (RefusedException e)
        {
            _telemetry.Refused(e.Reason);
            throw;
        }
        finally
        {
            _telemetry.Waiting(-1);
        }
    }

    /// <summary>Checks what can be checked of a query before there is a place.</summary>
    /// <exception cref="RequestException">It asks for what is not served.</exception>
    internal void Check(AnswerQuery query)
    {
        if (query.Seed is not null && !Options.AllowSeeds)
            throw new RequestException("This server takes no seeds: a certificate under a seed of the client's choice proves nothing.");
        if (query.Votes > Options.MostVotes)
            throw new RequestException($"budget is {query.Votes}; this model spends at most {Options.MostVotes} votes on an image.");
        if (query.Seconds > Options.MostTime.TotalSeconds)
        {
            throw new RequestException(
                $"seconds is {query.Seconds}; this model spends at most {Options.MostTime.TotalSeconds} s on an image.");
        }

        _ = Loaded.Statistics.For(query with { Radius = null, Alpha = null });
    }

    /// <summary>Predicts; under a guard it certifies.</summary>
    internal async Task<AnswerDocument> PredictAsync(torch.Tensor image, AnswerQuery query, CancellationToken cancellationToken)
    {
        if (query.Radius is not null)
            return await CertifyAsync(image, query, null, cancellationToken).ConfigureAwait(false);
        LoadedModel loaded = Loaded;
        SmoothedClassifier smoothed = loaded.Statistics.For(query);
        if (query.Seed is { } seed)
            smoothed = smoothed.With(loaded.Statistics.Certifier(query), seed);
        Prediction prediction = await Taken(() => smoothed.PredictAsync(Bounded(image, query), cancellationToken)).ConfigureAwait(false);
        return loaded.Answers.Of(prediction, NoiseOf(query));
    }

    /// <summary>Certifies.</summary>
    /// <param name="image">float32 [C,H,W] in [0,1].</param>
    /// <param name="query">What is asked for.</param>
    /// <param name="observe">Begins to watch a test, which may begin again from nothing; null where nobody watches.</param>
    /// <param name="cancellationToken">Cancels between batches.</param>
    internal async Task<AnswerDocument> CertifyAsync(
        torch.Tensor image, AnswerQuery query, Func<Action<VotePhase, VoteCounts>>? observe, CancellationToken cancellationToken)
    {
        LoadedModel loaded = Loaded;
        SmoothedClassifier smoothed = loaded.Statistics.For(query);
        if (observe is not null || query.Seed is not null)
        {
            ICertifier certifier = loaded.Statistics.Certifier(query);
            smoothed = smoothed.With(observe is null ? certifier : new ObservingCertifier(certifier, observe), query.Seed);
        }

        Certificate certificate = await Taken(() => smoothed.CertifyAsync(Bounded(image, query), cancellationToken)).ConfigureAwait(false);
        Audit(certificate);
        return loaded.Answers.Of(certificate, query.Radius, NoiseOf(query));
    }

    /// <summary>Takes nothing new; what is in work is finished.</summary>
    internal void Stop()
    {
        _stopping = true;
        Queue.Close();
    }

    /// <summary>Waits for what is in work, and frees the models.</summary>
    public async ValueTask DisposeAsync()
    {
        Stop();
        await Queue.Drained.ConfigureAwait(false); // networks must outlive their passes
        Interlocked.Exchange(ref _loaded, null)?.Dispose();
        if (_auditFile is not null)
            await _auditFile.DisposeAsync().ConfigureAwait(false);
    }

    // What is wrong with a request is said at once; what comes later is the model's.
    private static Task<T> Taken<T>(Func<Task<T>> call)
    {
        try
        {
            return call();
        }
        catch (ArgumentException e)
        {
            throw new RequestException(e.Message);
        }
    }

    private T Counted<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (RefusedException e)
        {
            _telemetry.Refused(e.Reason);
            throw;
        }
    }

    private RefusedException Unready() => State switch
    {
        ModelState.Stopping => new RefusedException("stopping", "The server is stopping.", LoadingRetry),
        ModelState.Failed => new RefusedException("failed", $"The model '{Name}' could not be loaded; the server's log says why.", null),
        _ => new RefusedException("loading", $"The model '{Name}' is still being loaded.", LoadingRetry),
    };

    // Whatever is asked, the model's own bounds hold.
    private SmoothingImage Bounded(torch.Tensor image, AnswerQuery query) => new(image)
    {
        Budget = new Budget
        {
            Votes = query.Votes ?? Options.MostVotes,
            Time = query.Seconds is { } seconds ? TimeSpan.FromSeconds(seconds) : Options.MostTime,
        },
    };

    private string NoiseOf(AnswerQuery query) => query.Seed is not null ? "seed" : Options.Noise == NoiseKeys.Keyed ? "keyed" : "fresh";

    private void Audit(Certificate certificate)
    {
        foreach (ICertificateAudit audit in _audits)
        {
            try
            {
                audit.Record(Name, certificate);
            }
            catch (Exception e) // whatever it is, it fails no answer
            {
                _logger.NotAudited(e, Name);
            }
        }
    }
}
