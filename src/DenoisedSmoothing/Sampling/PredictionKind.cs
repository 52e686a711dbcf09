using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Sampling;

/// <summary>Asks for predictions.</summary>
/// <param name="certifier">The statistics.</param>
/// <param name="classCount">K.</param>
/// <param name="budget">What an answer may cost where its image does not say.</param>
internal sealed class PredictionKind(ICertifier certifier, int classCount, Budget? budget) : ISmoothingKind<Prediction>
{
    public Budget? Budget => budget;

    public VoteJob<Prediction> Open(ReadImage image, JobLimits limits) =>
        new(image, classCount, VotePhase.Prediction, limits, () => certifier.Predict(classCount));

    public Prediction Finish(VoteJob<Prediction> job, Prediction result) => result with { Stopped = job.Stopped };
}
