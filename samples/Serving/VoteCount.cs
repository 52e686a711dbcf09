using System.Diagnostics.Metrics;

namespace Serving;

/// <summary>The votes that the library's meter counts meanwhile.</summary>
internal sealed class VoteCount : IDisposable
{
    private readonly MeterListener _listener = new();
    private long _total;

    public VoteCount()
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Name == "denoised_smoothing.votes")
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, votes, _, _) => Interlocked.Add(ref _total, votes));
        _listener.Start();
    }

    public long Total => Interlocked.Read(ref _total);

    public void Dispose() => _listener.Dispose();
}
