using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Testing;

/// <summary>A noise predictor from a function of x_t and the timesteps; the result leaves the function's scope.</summary>
internal sealed class FakeNetwork(Func<Tensor, Tensor, Tensor> function) : nn.Module<Tensor, Tensor, Tensor>(nameof(FakeNetwork))
{
    public override Tensor forward(Tensor x, Tensor timesteps)
    {
        using DisposeScope scope = NewDisposeScope();
        return function(x, timesteps).MoveToOuterDisposeScope();
    }
}

/// <summary>A classifying network from a function of the images.</summary>
internal sealed class FakeImageNetwork(Func<Tensor, Tensor> function) : nn.Module<Tensor, Tensor>(nameof(FakeImageNetwork))
{
    public override Tensor forward(Tensor x)
    {
        using DisposeScope scope = NewDisposeScope();
        return function(x).MoveToOuterDisposeScope();
    }
}
