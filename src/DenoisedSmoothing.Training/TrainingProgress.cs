namespace DenoisedSmoothing.Training;

/// <summary>How far a training run has progressed.</summary>
/// <param name="Step">Finished optimizer steps.</param>
/// <param name="Steps">Optimizer steps in all.</param>
/// <param name="Loss">Mean loss of the steps since the last report.</param>
/// <param name="Elapsed">Time since this process began or continued the run.</param>
public readonly record struct TrainingProgress(int Step, int Steps, double Loss, TimeSpan Elapsed);
