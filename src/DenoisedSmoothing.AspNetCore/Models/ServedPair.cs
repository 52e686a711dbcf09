using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Preprocessing;
using DenoisedSmoothing.Presets;

namespace DenoisedSmoothing.AspNetCore;

/// <summary>The models behind a served classifier, on one device.</summary>
public sealed class ServedPair : IDisposable
{
    private readonly IDisposable? _owned;

    /// <summary>A denoiser and a classifier.</summary>
    /// <param name="denoiser">Any denoiser.</param>
    /// <param name="classifier">Any classifier.</param>
    /// <param name="owned">Disposed when the server has stopped and nothing is in progress any more.</param>
    public ServedPair(IDenoiser denoiser, IClassifier classifier, IDisposable? owned = null)
        : this(new DenoisedClassifier(denoiser, classifier), owned)
    {
    }

    /// <summary>A base classifier.</summary>
    /// <param name="baseClassifier">Any base classifier; called by one thread at a time.</param>
    /// <param name="owned">Disposed when the server has stopped and nothing is in progress any more.</param>
    public ServedPair(IBaseClassifier baseClassifier, IDisposable? owned)
    {
        ArgumentNullException.ThrowIfNull(baseClassifier);
        (BaseClassifier, _owned) = (baseClassifier, owned);
    }

    /// <summary>A published pair, with its preprocessing; it is disposed with this.</summary>
    /// <param name="pair">From <see cref="PretrainedPairs"/>.</param>
    public ServedPair(PretrainedPair pair)
        : this((pair ?? throw new ArgumentNullException(nameof(pair))).BaseClassifier, pair) => Preprocess = pair.Preprocess;

    /// <summary>What is smoothed.</summary>
    public IBaseClassifier BaseClassifier { get; }

    /// <summary>What happens to an image file before the noise; the result is what is certified.</summary>
    /// <value>Null unless set: files must have the model's own size.</value>
    public ImagePreprocess? Preprocess { get; init; }

    /// <summary>Names of the classes, in label order.</summary>
    /// <value>Null unless set.</value>
    public IReadOnlyList<string>? ClassNames { get; init; }

    /// <summary>Frees what is owned.</summary>
    public void Dispose() => _owned?.Dispose();
}
