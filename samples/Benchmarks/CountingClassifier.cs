using TorchSharp;

namespace DenoisedSmoothing.Benchmarks;

/// <summary>Counts what its base classifier is asked.</summary>
internal sealed class CountingClassifier(IBaseClassifier inner) : IBaseClassifier, IDescribed
{
    public int ClassCount => inner.ClassCount;

    public PartInfo Info => PartInfo.Of(inner);

    public long Passes { get; private set; }

    public long Rows { get; private set; }

    public void Reset() => (Passes, Rows) = (0, 0);

    public torch.Tensor Score(torch.Tensor noisy, NoiseContext noise)
    {
        Passes++;
        Rows += noisy.shape[0];
        return inner.Score(noisy, noise);
    }
}
