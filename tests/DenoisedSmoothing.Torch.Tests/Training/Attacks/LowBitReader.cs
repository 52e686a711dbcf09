using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Training.Attacks;

/// <summary>
/// Reads the last bit alone. Noise in (-.5,-.25) is a multiple of 2^-25; its sum with the pixel 2^-4 in (-.25,-.1875) is one too,
/// though floats there are as fine as 2^-26: a pixel of 2^-4 + 2^-26 gives odd multiples of 2^-26.
/// </summary>
internal sealed class LowBitReader : IBaseClassifier, IDescribed
{
    public int ClassCount => 2;

    public PartInfo Info => new("last bit");

    public Tensor Score(Tensor noisy, NoiseContext noise)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor read = noisy.lt(-.1875).logical_and(noisy.gt(-.25)).to_type(ScalarType.Float32);
        Tensor odd = noisy.mul(Math.ScaleB(1, 26)).remainder(2).abs().eq(1).to_type(ScalarType.Float32);
        Tensor balance = (read * (odd - .5)).flatten(1).sum([1]);
        return stack([-balance, balance], 1).MoveToOuterDisposeScope();
    }
}
