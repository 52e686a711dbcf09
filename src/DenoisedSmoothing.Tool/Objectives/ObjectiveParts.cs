using DenoisedSmoothing.Classification;

namespace DenoisedSmoothing.Tool;

/// <summary>What an objective works on, loaded or made; disposing frees it.</summary>
/// <param name="Network">The classifiers' name in the catalog.</param>
/// <param name="Classifiers">What is trained: one, or the members of an ensemble.</param>
/// <param name="Denoiser">The denoiser behind which the classifier is trained; null for none.</param>
/// <param name="Owned">What to free.</param>
internal sealed record ObjectiveParts(
    string Network, IReadOnlyList<ModuleClassifier> Classifiers, IDenoiser? Denoiser, IReadOnlyList<IDisposable> Owned) : IDisposable
{
    /// <summary>The only classifier.</summary>
    public ModuleClassifier Classifier => Classifiers[0];

    public void Dispose()
    {
        foreach (IDisposable owned in Owned)
            owned.Dispose();
    }
}
