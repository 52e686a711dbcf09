using DenoisedSmoothing.Pickle;

namespace DenoisedSmoothing.Checkpoints;

/// <summary>
/// Charges a file for tensors that share storages. Reading each storage once is free; what a stride of 0 repeats is memory that the file
/// does not have, and reading or unpacking a storage again takes time that the file's size does not pay for.
/// </summary>
/// <param name="storages">The storages.</param>
/// <param name="budget">The file's.</param>
internal sealed class TorchViews(ITorchStorages storages, MemoryBudget budget)
{
    /// <summary>
    /// A byte that is read again costs a fraction of one that is kept: layers that share weights (an entry each) are common, and a network
    /// repeats few of them a hundred times.
    /// </summary>
    private const int RereadShare = 8;

    private const int ViewByteCount = 96;

    private readonly Dictionary<PickleStorage, long> _free = new(ReferenceEqualityComparer.Instance);

    /// <exception cref="CheckpointException">The tensors so far repeat too much of their storages.</exception>
    public void Add(PickleTensor tensor)
    {
        PickleStorage storage = tensor.Storage;
        long span = tensor.Span * storage.ItemSize;
        budget.Charge(Math.Max(0, tensor.ByteCount - span), "has tensors that repeat their elements, and would");

        bool deflated = storages.IsDeflated(storage.Key);
        if (!_free.TryGetValue(storage, out long free))
        {
            budget.Charge(ViewByteCount);
            // Compressed data is unpacked once to be checked and once more to be used.
            free = storage.ByteCount * (deflated ? 2 : 1);
        }

        // Inflating begins at the first byte of the storage, wherever the tensor does.
        long read = deflated ? (tensor.Offset * storage.ItemSize) + span : span;
        free -= read;
        _free[storage] = Math.Max(0, free);
        budget.Charge(Math.Max(0, -free) / RereadShare, "has tensors that share a storage again and again, and would");
    }
}
