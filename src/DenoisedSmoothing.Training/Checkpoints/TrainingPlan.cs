namespace DenoisedSmoothing.Training;

/// <summary>
/// How long a run was to be, from some step on. One plan is the usual run; a run that was continued with another number of steps has
/// more.
/// </summary>
/// <param name="From">The step from which on it holds.</param>
/// <param name="Steps">Steps in all, which the learning rate follows.</param>
internal sealed record TrainingPlan(int From, int Steps);
