namespace DenoisedSmoothing.Training;

/// <summary>What a checkpoint's <c>state.json</c> holds.</summary>
/// <param name="Version">The layout of the folder: <see cref="CurrentVersion"/>.</param>
/// <param name="Step">Finished steps.</param>
/// <param name="Plans">The numbers of steps for which the run was planned, in order.</param>
/// <param name="Settings">What else decides the result, by name.</param>
internal sealed record TrainingState(int Version, int Step, IReadOnlyList<TrainingPlan> Plans, IReadOnlyDictionary<string, string> Settings)
{
    public const int CurrentVersion = 2;
}
