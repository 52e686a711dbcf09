using static TorchSharp.torch;

namespace DenoisedSmoothing.Checkpoints;

/// <summary>The entries of another source under longer names: for a network whose own names have what was stripped.</summary>
/// <param name="inner">Left open.</param>
/// <param name="prefix">What goes before each name.</param>
internal sealed class PrefixedTensors(ITensorSource inner, string prefix) : ITensorSource
{
    public string Name => inner.Name;

    public IReadOnlyList<TensorEntry> Entries { get; } =
        [.. inner.Entries.Select(entry => new TensorEntry(prefix + entry.Name, entry.DType, entry.Shape))];

    public Tensor Read(string name) => inner.Read(name[prefix.Length..]);
}
