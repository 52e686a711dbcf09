using System.Globalization;
using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Tool;

/// <summary>The progress of an unfinished log, as seen from outside.</summary>
/// <param name="Done">Images done, including skipped ones.</param>
/// <param name="Total">Images in the run or shard; null where it is not stated.</param>
/// <param name="Abstained">How many of them abstained.</param>
/// <param name="Worked">How long they took; null where the log does not say.</param>
/// <param name="Idle">The time since the last line.</param>
/// <param name="IsWritten">Whether a process is writing it now.</param>
internal sealed record ShardProgress(long Done, long? Total, long Abstained, TimeSpan? Worked, TimeSpan Idle, bool IsWritten)
{
    /// <summary>Examines a log.</summary>
    /// <param name="log">The log, just read.</param>
    /// <param name="now">The time, UTC.</param>
    /// <returns>Null for a log that is finished, or has no file or no settings that say so.</returns>
    public static ShardProgress? Of(CertificationLog log, DateTime now)
    {
        if (log.Completeness != LogCompleteness.Unfinished || !File.Exists(log.Path))
            return null;
        TimeSpan? worked = log.Rows.All(static row => row.Time is not null)
            ? TimeSpan.FromTicks(log.Rows.Sum(static row => row.Time!.Value.Ticks))
            : null;
        TimeSpan idle = now - File.GetLastWriteTimeUtc(log.Path);
        return new ShardProgress(log.Rows.Count + log.Skipped.Count, log.Meta?.Rows, log.Rows.Count(static row => row.Abstained), worked,
            idle > TimeSpan.Zero ? idle : TimeSpan.Zero, LogLock.IsHeld(log.Path));
    }

    /// <summary>Images per second over the time that the log has taken so far; null before the first image.</summary>
    public double? Rate => Worked is { TotalSeconds: > 0 and var seconds } && Done > 0 ? Done / seconds : null;

    /// <summary>How long the rest takes at that rate; null where it is not known.</summary>
    public TimeSpan? Left => Total is { } total && Rate is { } rate
        ? TimeSpan.FromSeconds(Math.Min(Math.Max(0, total - Done) / rate, TimeSpan.MaxValue.TotalSeconds / 2))
        : null;

    /// <summary>The figures after a log's name.</summary>
    /// <param name="now">The time of day.</param>
    public string Text(DateTime now)
    {
        string of = Total is { } total ? Plain($" of {total}") : "";
        string pace = Rate is not { } rate ? "" : rate >= 1 ? Plain($", {rate:F1} images/s") : Plain($", {1 / rate:F1} s/image");
        string end = IsWritten
            ? Left is null || Worked is not { } worked ? "" : ", " + RunStatus.Times(worked, (double)Done / Math.Max(1, Total!.Value), now)
            : Left is { } left ? Plain($", {RunStatus.Span(left)} left when it continues") : "";
        string state = IsWritten ? "" : $"; no process of this machine writes it, its last line is {RunStatus.Span(Idle)} old";
        return Plain($"{Done}{of} images, {Abstained} abstained") + pace + end + state;
    }

    private static string Plain(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
