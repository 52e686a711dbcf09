using TorchSharp;

namespace DenoisedSmoothing.Testing;

/// <summary>Changes nothing, reaches up to some sigma, and minds what it is asked.</summary>
internal sealed class LimitedDenoiser(double largestSigma) : IDenoiser, IDescribed
{
    public PartInfo Info => PartInfo.Unnamed(this) with { LargestSigma = largestSigma };

    /// <summary>The sigma last asked for.</summary>
    public double Asked { get; private set; }

    public torch.Tensor Denoise(torch.Tensor noisy, NoiseContext noise)
    {
        Asked = noise.Sigma;
        return noisy.clone();
    }
}

/// <summary>The same score for every class.</summary>
internal sealed class FlatClassifier(int classCount) : IClassifier
{
    public int ClassCount => classCount;

    public torch.Tensor Classify(torch.Tensor images) => torch.zeros(images.shape[0], classCount);
}
