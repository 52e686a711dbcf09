using System.Diagnostics;

namespace DenoisedSmoothing.Cluster.Workers;

/// <summary>How many images to lease at once: as many as recently took the portion's time.</summary>
internal sealed class LeaseSize(TimeSpan portion)
{
    private const int Most = 256;
    // Images of sequential certifiers take uneven times, so the last one alone says little.
    private const double Weight = 0.2;

    private long _last;
    private double? _seconds;

    /// <summary>From 1, before anything is known, to 256.</summary>
    public int Next => _seconds is { } each ? (int)Math.Clamp(portion.TotalSeconds / Math.Max(each, 1e-6), 1, Most) : 1;

    /// <summary>Begins measuring.</summary>
    public void Begin() => _last = Stopwatch.GetTimestamp();

    /// <summary>Measures from one image to the next.</summary>
    public void Finished()
    {
        double seconds = Stopwatch.GetElapsedTime(_last).TotalSeconds;
        _last = Stopwatch.GetTimestamp();
        _seconds = _seconds is { } before ? before + Weight * (seconds - before) : seconds;
    }
}
