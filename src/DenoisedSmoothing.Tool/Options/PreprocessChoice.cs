using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Preprocessing;

namespace DenoisedSmoothing.Tool;

/// <summary>What is done to images around and after the denoiser, as typed.</summary>
/// <param name="DenoiserSize">The size at which images are denoised; null for their own.</param>
/// <param name="Resampling">How images are resized.</param>
/// <param name="Classifier">What is done to denoised images; null for nothing.</param>
internal sealed record PreprocessChoice(
    (int Height, int Width)? DenoiserSize = null, Resampling Resampling = Resampling.Bicubic, ClassifierPreprocess? Classifier = null)
{
    public IClassifier Prepared(IClassifier classifier) =>
        Classifier is { } steps ? new PreparedClassifier(classifier, steps) : classifier;

    public IDenoiser Sized(IDenoiser denoiser) => DenoiserSize is { } size && denoiser is not IdentityDenoiser
        ? new ResizedDenoiser(denoiser, size.Height, size.Width, Resampling)
        : denoiser;
}
