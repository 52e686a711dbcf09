namespace DenoisedSmoothing.Experiments;

/// <summary>What an <see cref="AccuracyRun"/> measures: a base classifier at one noise level.</summary>
/// <param name="Name">For people, such as the denoising strategy's.</param>
/// <param name="Sigma">The noise per pixel, in [0,1] pixel space; 0 for clean images.</param>
/// <param name="Classifier">What is measured.</param>
public sealed record AccuracyCandidate(string Name, double Sigma, IBaseClassifier Classifier);
