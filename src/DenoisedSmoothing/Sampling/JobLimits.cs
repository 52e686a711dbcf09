using System.Diagnostics;

namespace DenoisedSmoothing.Sampling;

/// <summary>When to give up on one image.</summary>
/// <param name="Votes">The most votes.</param>
/// <param name="Deadline">
/// The moment after which no batch is begun, in the units of <see cref="Stopwatch.GetTimestamp"/>; null for none.
/// </param>
/// <param name="Image">The image's own token.</param>
/// <param name="Call">The call's token.</param>
internal readonly record struct JobLimits(long Votes, long? Deadline, CancellationToken Image, CancellationToken Call)
{
    public static JobLimits From(Budget? budget, CancellationToken image, CancellationToken call) => new(
        budget?.Votes ?? long.MaxValue,
        budget?.Time is { } time
            ? Stopwatch.GetTimestamp() + (long)Math.Min(time.TotalSeconds * Stopwatch.Frequency, long.MaxValue / 2)
            : null,
        image,
        call);

    public bool Expired => Stopwatch.GetTimestamp() >= Deadline;

    /// <summary>The token that was cancelled, if one was.</summary>
    public CancellationToken? Cancelled => Image.IsCancellationRequested ? Image : Call.IsCancellationRequested ? Call : null;

    /// <summary>A source that either token cancels; the caller disposes it.</summary>
    public CancellationTokenSource Link() => CancellationTokenSource.CreateLinkedTokenSource(Call, Image);

    /// <summary>How long one may wait; infinite without a deadline.</summary>
    public TimeSpan Left => Deadline is { } moment
        ? TimeSpan.FromSeconds(Math.Clamp((moment - Stopwatch.GetTimestamp()) / (double)Stopwatch.Frequency, 0, int.MaxValue / 1000))
        : Timeout.InfiniteTimeSpan;
}
