using TorchSharp;

namespace DenoisedSmoothing.Testing;

/// <summary>Gives a base classifier a name, as one of files has: replicas share it, and another process knows it again.</summary>
internal sealed class Named(IBaseClassifier inner, string name = "named") : IBaseClassifier, IDescribed
{
    public int ClassCount => inner.ClassCount;

    public PartInfo Info => new(name);

    public torch.Tensor Score(torch.Tensor noisy, NoiseContext noise) => inner.Score(noisy, noise);
}
