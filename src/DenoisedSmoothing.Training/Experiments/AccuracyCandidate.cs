namespace DenoisedSmoothing.Experiments;

/// <summary>What an <see cref="AccuracyRun"/> measures: a base classifier at one noise level.</summary>
/// <param name="Name">A name for display, such as that of the denoising strategy.</param>
/// <param name="Sigma">The noise per pixel, in [0,1] pixel space; 0 for clean images.</param>
/// <param name="Classifier">What is measured.</param>
public sealed record AccuracyCandidate(string Name, double Sigma, IBaseClassifier Classifier);
