using DenoisedSmoothing.Training;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Training;

/// <summary>Hands out given normals, and given numbers in place of uniform ones.</summary>
internal sealed class GivenUniforms(IReadOnlyList<Tensor> normals, Tensor uniforms) : StepRandom(0, 0)
{
    private int _next;

    public override Tensor Normal(Tensor like) => _next < normals.Count ? normals[_next++].alias() : zeros_like(like);

    public override Tensor Uniform(long count, Device device) => uniforms.alias();
}
