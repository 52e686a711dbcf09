namespace DenoisedSmoothing.AspNetCore;

/// <summary>Parts that are freed together.</summary>
internal sealed class OwnedParts(params IReadOnlyList<IDisposable> parts) : IDisposable
{
    public void Dispose()
    {
        foreach (IDisposable part in parts)
            part.Dispose();
    }
}
