namespace DenoisedSmoothing.Tool;

/// <summary>A classifier from files.</summary>
/// <param name="Classifier">The classifier.</param>
/// <param name="Network">Its name in the catalog; null where it has none.</param>
/// <param name="Owned">Frees it.</param>
internal sealed record LoadedClassifier(IClassifier Classifier, string? Network, IDisposable Owned)
{
    /// <summary>What no file said and was taken by convention, one sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
