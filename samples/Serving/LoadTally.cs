namespace Serving;

/// <summary>What came of the requests so far.</summary>
internal sealed class LoadTally
{
    private readonly Lock _gate = new();
    private readonly List<double> _milliseconds = [];
    private int _refused;

    public int Answered => _milliseconds.Count;

    public int Refused => _refused;

    public void Refuse() => Interlocked.Increment(ref _refused);

    public void Answer(TimeSpan took)
    {
        lock (_gate)
            _milliseconds.Add(took.TotalMilliseconds);
    }

    /// <summary>By rank; NaN where nothing was answered.</summary>
    public double Percentile(double share)
    {
        lock (_gate)
        {
            _milliseconds.Sort();
            return _milliseconds.Count == 0 ? double.NaN : _milliseconds[(int)Math.Ceiling(share * _milliseconds.Count) - 1];
        }
    }
}
