namespace DenoisedSmoothing.Pickle;

/// <summary>Where a persistent id points: a storage or, for files from the earliest PyTorch, a part of one.</summary>
/// <param name="Storage">The storage.</param>
/// <param name="Offset">The first element of the part, not negative.</param>
/// <param name="Count">The elements of the part, not negative.</param>
internal sealed record PickleStorageView(PickleStorage Storage, long Offset, long Count);
