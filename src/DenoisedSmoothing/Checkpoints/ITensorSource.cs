using static TorchSharp.torch;

namespace DenoisedSmoothing.Checkpoints;

/// <summary>Tensors by name, read one at a time: a checkpoint on disk, whatever its format.</summary>
/// <remarks>
/// <see cref="Entries"/> takes no tensor memory, so what does not fit is refused before anything is read, and a checkpoint as large as the
/// memory can be copied into a module entry by entry: see <see cref="StateDict"/>.
/// </remarks>
public interface ITensorSource
{
    /// <summary>What messages call the source: usually a path.</summary>
    string Name { get; }

    /// <summary>What there is to read; names are unique.</summary>
    IReadOnlyList<TensorEntry> Entries { get; }

    /// <summary>Reads one tensor.</summary>
    /// <param name="name">The name of an entry, exactly.</param>
    /// <returns>A fresh tensor on the CPU, contiguous, of the entry's type and shape; the caller disposes.</returns>
    /// <exception cref="CheckpointException">There is no such entry, or its values cannot be read.</exception>
    Tensor Read(string name);
}
