using DenoisedSmoothing.Pickle;

namespace DenoisedSmoothing.Checkpoints;

/// <summary>A torch.save file, parsed: the object that was saved, and where its storages are.</summary>
/// <param name="Root">What <see cref="PickleMachine.Run"/> returned.</param>
/// <param name="Storages">The bytes.</param>
internal sealed record TorchContents(object? Root, ITorchStorages Storages);
