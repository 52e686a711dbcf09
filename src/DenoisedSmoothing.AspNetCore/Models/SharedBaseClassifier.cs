using TorchSharp;

namespace DenoisedSmoothing.AspNetCore;

/// <summary>
/// One network behind several noise levels, each with its own scheduler: they take turns, since a base classifier is called by one thread
/// at a time.
/// </summary>
internal sealed class SharedBaseClassifier(IBaseClassifier inner) : IBaseClassifier, IDescribed
{
    private readonly Lock _turn = new();

    public int ClassCount => inner.ClassCount;

    public PartInfo Info => PartInfo.Of(inner);

    public torch.Tensor Score(torch.Tensor noisy, NoiseContext noise)
    {
        lock (_turn)
            return inner.Score(noisy, noise);
    }
}
