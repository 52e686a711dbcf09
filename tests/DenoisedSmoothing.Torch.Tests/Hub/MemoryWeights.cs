using DenoisedSmoothing.Checkpoints;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Hub;

/// <summary>Weights in memory as a source.</summary>
internal sealed class MemoryWeights(IReadOnlyDictionary<string, Tensor> weights) : ITensorSource
{
    public string Name => "memory";

    public IReadOnlyList<TensorEntry> Entries { get; } =
        [.. weights.Select(entry => new TensorEntry(entry.Key, entry.Value.dtype, entry.Value.shape))];

    public Tensor Read(string name) => weights[name].clone();
}
