using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Models;

/// <summary>
/// The dispose scope in which every network's constructor works: <c>using BuildScope building = new(this);</c>. TorchSharp's initialisers
/// return another handle to the weight that they fill, which nothing disposes and which keeps the weight in memory until the garbage
/// collector happens to run. Here such handles end with the constructor, but the weights do not: they are detached, even from the caller's
/// own scope, which TorchSharp 0.107 forgets for embeddings.
/// </summary>
internal readonly ref struct BuildScope : IDisposable
{
    private readonly nn.Module _network;
    private readonly DisposeScope _scope;

    public BuildScope(nn.Module network) => (_network, _scope) = (network, NewDisposeScope());

    public void Dispose()
    {
        foreach (Tensor weight in _network.parameters().Concat(_network.buffers()))
            weight.DetachFromDisposeScope();
        _scope.Dispose();
    }
}
