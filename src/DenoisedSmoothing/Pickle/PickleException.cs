using DenoisedSmoothing.Checkpoints;

namespace DenoisedSmoothing.Pickle;

/// <summary>What is wrong with a pickle; <see cref="PickleMachine"/> adds the file and the place.</summary>
/// <param name="problem">A clause without a full stop.</param>
/// <param name="remedy">What to do, if not to fetch the file again.</param>
/// <param name="option">The property of <see cref="CheckpointOptions"/> that the remedy is about, if any.</param>
/// <param name="choice">What to set it to.</param>
internal sealed class PickleException(
    string problem, string remedy = CheckpointException.Damaged, string? option = null, string? choice = null) : Exception(problem)
{
    public string Remedy => remedy;

    public string? Option => option;

    public IReadOnlyList<string> Choices => choice is null ? [] : [choice];
}
