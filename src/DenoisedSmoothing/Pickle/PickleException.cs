using DenoisedSmoothing.Checkpoints;

namespace DenoisedSmoothing.Pickle;

/// <summary>What is wrong with a pickle; <see cref="PickleMachine"/> adds the file and the place.</summary>
/// <param name="problem">A clause without a full stop.</param>
/// <param name="remedy">What to do, if it is not to fetch the file again.</param>
internal sealed class PickleException(string problem, string remedy = CheckpointException.Damaged) : Exception(problem)
{
    public string Remedy => remedy;
}
