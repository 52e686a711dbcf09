namespace DenoisedSmoothing.Training;

/// <summary>
/// The planned length of a run, from some step on. One plan is the usual run; a run that was continued with another number of steps has
/// more.
/// </summary>
/// <param name="From">The step from which it applies.</param>
/// <param name="Steps">Steps in all, which the learning rate follows.</param>
internal sealed record TrainingPlan(int From, int Steps);
