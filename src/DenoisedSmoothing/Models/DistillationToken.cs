namespace DenoisedSmoothing.Models;

/// <summary>
/// What a <see cref="VisionTransformer"/> makes of a second token, which DeiT was distilled through (Touvron et al. 2021).
/// </summary>
public enum DistillationToken
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>
    /// It takes part in the attention, and the logits come from the class token: Hugging Face's DeiTForImageClassification.
    /// </summary>
    Ignored,

    /// <summary>
    /// It has a head of its own, and the logits are the mean of both: timm's distilled models and Hugging Face's
    /// DeiTForImageClassificationWithTeacher.
    /// </summary>
    Averaged,
}
