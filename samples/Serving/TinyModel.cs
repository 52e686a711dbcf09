using DenoisedSmoothing;
using TorchSharp;

namespace Serving;

/// <summary>Bright or dark: a model that costs nothing, so that what is measured is the server.</summary>
/// <param name="passMilliseconds">What a pass takes without a core, as on an accelerator.</param>
internal sealed class TinyModel(int passMilliseconds = 0) : IBaseClassifier, IDescribed
{
    public int ClassCount => 2;

    public PartInfo Info => new("tiny brightness") { InputShape = new InputShape(1, 28, 28) };

    public torch.Tensor Score(torch.Tensor noisy, NoiseContext noise)
    {
        if (passMilliseconds > 0)
            Thread.Sleep(passMilliseconds);
        using DisposeScope scope = torch.NewDisposeScope();
        torch.Tensor excess = noisy.mean([1, 2, 3]) - 0.3f;
        return torch.stack([-excess, excess], dim: 1).MoveToOuterDisposeScope();
    }
}
