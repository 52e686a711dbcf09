using DenoisedSmoothing.Pickle;

namespace DenoisedSmoothing.Checkpoints;

/// <summary>A dictionary of tensors in what torch.save saved, and how to get there.</summary>
/// <param name="StateDict">The dictionary.</param>
/// <param name="Key">The keys of the path, joined by dots; list items are under their numbers.</param>
/// <param name="Name">The same without numbers: the name that several such weights share.</param>
/// <param name="IsOptimizer">Whether the path leads through an optimizer.</param>
/// <param name="TensorCount">How many tensors it holds, at least one.</param>
internal sealed record StateDictPlace(PickleDictionary StateDict, string Key, string Name, bool IsOptimizer, int TensorCount)
{
    /// <summary>Whether it is one of a list, or under a number.</summary>
    public bool IsNumbered => Key.Length != Name.Length;

    /// <summary>For messages.</summary>
    public override string ToString() => $"{CheckpointException.Quote(Key)} ({TensorCount} tensor{(TensorCount == 1 ? "" : "s")})";
}
