namespace DenoisedSmoothing.Sampling;

/// <summary>What is asked of images: predictions, or certificates.</summary>
internal interface ISmoothingKind<TResult>
    where TResult : class
{
    /// <summary>What an answer may cost where its image does not say.</summary>
    Budget? Budget { get; }

    /// <summary>Makes the test of an image.</summary>
    VoteJob<TResult> Open(ReadImage image, JobLimits limits);

    /// <summary>Completes what the test concluded. It may be called on any thread.</summary>
    TResult Finish(VoteJob<TResult> job, TResult result);
}
