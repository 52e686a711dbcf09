namespace DenoisedSmoothing.Tool;

/// <summary>Parts that are freed together.</summary>
internal sealed class LoadedParts : IDisposable
{
    private readonly List<IDisposable> _parts = [];

    public void Add(IDisposable part) => _parts.Add(part);

    public void Dispose()
    {
        foreach (IDisposable part in _parts)
            part.Dispose();
    }
}
