using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace DenoisedSmoothing.Sampling;

/// <summary>
/// What is visible from outside: a meter and a source of activities, both named DenoisedSmoothing, following OpenTelemetry's conventions.
/// docs/serving.md lists the instruments. They cost nothing where nothing listens.
/// </summary>
/// <param name="model">The classifier's name in measurements; null for none.</param>
internal sealed class SmoothingTelemetry(string? model)
{
    internal const string SourceName = "DenoisedSmoothing";

    private static readonly string? s_version = typeof(SmoothingTelemetry).Assembly.GetName().Version?.ToString(3);
    private static readonly ActivitySource s_source = new(SourceName, s_version);
    private static readonly Meter s_meter = new(SourceName, s_version);

    private static readonly Histogram<double> s_duration = s_meter.CreateHistogram(
        "denoised_smoothing.answer.duration", "s", "From the call to the answer, waiting included.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [.01, .03, .1, .3, 1, 3, 10, 30, 100, 300] });

    private static readonly Counter<long> s_votes = s_meter.CreateCounter<long>(
        "denoised_smoothing.votes", "{vote}", "Votes that answers were made of, or that were drawn for answers that never came.");

    private static readonly Counter<long> s_abstentions = s_meter.CreateCounter<long>(
        "denoised_smoothing.abstentions", "{answer}", "Answers that abstain, by reason.");

    private static readonly Histogram<double> s_radius = s_meter.CreateHistogram(
        "denoised_smoothing.certified_radius", "1", "Certified radii in [0,1] pixel space, abstentions not counted.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [.1, .25, .5, .75, 1, 1.5, 2, 3, 5] });

    private static readonly UpDownCounter<long> s_queue = s_meter.CreateUpDownCounter<long>(
        "denoised_smoothing.queue.length", "{image}", "Images in progress, and images that wait for a place.");

    private static readonly Counter<long> s_refusals = s_meter.CreateCounter<long>(
        "denoised_smoothing.refusals", "{image}", "Images that a server refused because there was too much to do, by reason.");

    private static readonly Histogram<double> s_fill = s_meter.CreateHistogram(
        "denoised_smoothing.batch.fill", "1", "The share of a forward pass's rows that tests had asked for.",
        advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [.1, .25, .5, .75, .9, 1] });

    /// <summary>A server refused an image before any work.</summary>
    /// <param name="reason">Such as <c>full</c>.</param>
    public void Refused(string reason)
    {
        TagList tags = Tags();
        tags.Add("denoised_smoothing.reason", reason);
        s_refusals.Add(1, tags);
    }

    /// <summary>A certificate that does not reach the requested radius: an abstention by the server, not by the certifier.</summary>
    public void NotFarEnough()
    {
        TagList tags = Tags();
        tags.Add("denoised_smoothing.operation", "certify");
        tags.Add("denoised_smoothing.reason", "radius");
        s_abstentions.Add(1, tags);
    }

    /// <summary>An image starts or stops waiting for a place.</summary>
    public void Waiting(int change) => Queue("waiting", change);

    /// <summary>Work on images started or ended.</summary>
    public void Working(int change) => Queue("working", change);

    /// <summary>A forward pass was planned.</summary>
    public void Planned(NoisyBatch batch)
    {
        if (s_fill.Enabled)
            s_fill.Record((double)batch.Asked / batch.Size, Tags());
    }

    /// <summary>An image was answered, or failed.</summary>
    /// <param name="job">Its test.</param>
    /// <param name="result">The answer; null where there is none.</param>
    /// <param name="error">Why there is none.</param>
    public void Ended<TResult>(VoteJob<TResult> job, TResult? result, Exception? error)
        where TResult : class
    {
        TimeSpan duration = Stopwatch.GetElapsedTime(job.Opened);
        string operation = typeof(TResult) == typeof(Certificate) ? "certify" : "predict";
        (bool abstained, long votes, double? radius) = result switch
        {
            Certificate c => (c.Abstained, c.N0 + c.N, c.Abstained ? null : c.Radius),
            Prediction p => (p.Abstained, p.N, (double?)null),
            _ => (false, job.TotalDrawn, null),
        };
        string outcome = error is OperationCanceledException && job.Limits.Cancelled is not null ? "cancelled"
            : error is not null ? "failed"
            : abstained ? "abstained"
            : "answered";
        TagList tags = Tags();
        tags.Add("denoised_smoothing.operation", operation);
        s_votes.Add(votes, tags);
        if (radius is { } certified)
            s_radius.Record(certified, tags);
        string? reason = abstained ? job.Stopped?.ToString().ToLowerInvariant() ?? "undecided" : null;
        if (reason is not null)
            s_abstentions.Add(1, [.. tags, new("denoised_smoothing.reason", reason)]);
        tags.Add("denoised_smoothing.outcome", outcome);
        if (outcome == "failed")
            tags.Add("error.type", error!.GetType().FullName);
        s_duration.Record(duration.TotalSeconds, tags);
        Trace(operation, duration, tags, votes, radius, reason, outcome == "failed" ? error!.Message : null);
    }

    // Made when the image is done: in a stream of images, no activity can be current meanwhile.
    private static void Trace(string operation, TimeSpan duration, in TagList tags, long votes, double? radius, string? reason,
        string? error)
    {
        if (!s_source.HasListeners())
            return;
        using Activity? activity = s_source.StartActivity(
            ActivityKind.Internal, Activity.Current?.Context ?? default, tags, startTime: DateTimeOffset.UtcNow - duration,
            name: $"smoothing {operation}");
        if (activity is null)
            return;
        activity.SetTag("denoised_smoothing.votes", votes);
        if (radius is not null)
            activity.SetTag("denoised_smoothing.radius", radius);
        if (reason is not null)
            activity.SetTag("denoised_smoothing.reason", reason);
        if (error is not null)
            activity.SetStatus(ActivityStatusCode.Error, error);
    }

    private void Queue(string state, int change)
    {
        TagList tags = Tags();
        tags.Add("denoised_smoothing.state", state);
        s_queue.Add(change, tags);
    }

    private TagList Tags()
    {
        TagList tags = default;
        if (model is not null)
            tags.Add("denoised_smoothing.model", model);
        return tags;
    }
}
