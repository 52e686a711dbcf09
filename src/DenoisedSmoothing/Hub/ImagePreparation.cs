using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Preprocessing;

namespace DenoisedSmoothing.Hub;

/// <summary>How a published model prepares its images.</summary>
/// <param name="Preprocess">Before the noise: from a photo to the image that the network was trained on.</param>
/// <param name="Side">Height and width of that image; null where the model takes photos as they are.</param>
/// <param name="Normalization">After the denoiser: how the network wants its pixels normalised; null where it takes [0,1].</param>
internal sealed record ImagePreparation(ImagePreprocess Preprocess, int? Side, Normalization? Normalization);
