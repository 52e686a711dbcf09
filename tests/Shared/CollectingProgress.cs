namespace DenoisedSmoothing.Testing;

/// <summary>Keeps what was reported, on the reporting thread (Progress&lt;T&gt; would post it to another).</summary>
internal sealed class CollectingProgress<T>(Action<T>? also = null) : IProgress<T>
{
    public List<T> Reports { get; } = [];

    public void Report(T value)
    {
        Reports.Add(value);
        also?.Invoke(value);
    }
}
