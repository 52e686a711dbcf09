using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace DenoisedSmoothing.AspNetCore.Tests;

/// <summary>What the meter DenoisedSmoothing says of one model. Tests share the meter, so each gives its model a name of its own.</summary>
internal sealed class Measurements : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<(string Instrument, double Value, Dictionary<string, object?> Tags)> _all = [];

    public Measurements(string model)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "DenoisedSmoothing")
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        _listener.Start();

        void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            Dictionary<string, object?> all = new(tags.ToArray());
            if (all.TryGetValue("denoised_smoothing.model", out object? name) && Equals(name, model))
                _all.Enqueue((instrument.Name, value, all));
        }
    }

    public (double Value, Dictionary<string, object?> Tags)[] Of(string instrument) =>
        [.. _all.Where(m => m.Instrument == instrument).Select(m => (m.Value, m.Tags))];

    public double Sum(string instrument, string tag, string value) =>
        Of(instrument).Where(m => Equals(m.Tags.GetValueOrDefault(tag), value)).Sum(m => m.Value);

    public void Dispose() => _listener.Dispose();
}
