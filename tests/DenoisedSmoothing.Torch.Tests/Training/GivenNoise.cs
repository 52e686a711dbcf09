using DenoisedSmoothing.Training;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Training;

/// <summary>Hands out the very normals of a reference, in their order; zeros where there are none.</summary>
internal sealed class GivenNoise(IReadOnlyList<Tensor> normals) : StepRandom(0, 0)
{
    private int _next;

    public override Tensor Normal(Tensor like) => _next < normals.Count ? normals[_next++].alias() : zeros_like(like);
}
