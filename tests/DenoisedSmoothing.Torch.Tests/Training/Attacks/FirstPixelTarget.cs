using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Training.Attacks;

/// <summary>
/// Class 1 where the first pixel is above one half: the worst classifier of uniform noise. Its l1 radius is that pixel's distance from
/// one half.
/// </summary>
internal sealed class FirstPixelTarget : IBaseClassifier, IDescribed
{
    public int ClassCount => 2;

    public PartInfo Info => new("first pixel above one half");

    public Tensor Score(Tensor noisy, NoiseContext noise)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor margin = (noisy.flatten(1).select(1, 0) - .5) * 20;
        return stack([-margin, margin], 1).MoveToOuterDisposeScope();
    }
}
