namespace DenoisedSmoothing.Models;

/// <summary>
/// What a <see cref="VisionTransformer"/> does with a second token, through which DeiT was distilled (Touvron et al. 2021).
/// </summary>
public enum DistillationToken
{
    /// <summary>There is none.</summary>
    None,

    /// <summary>
    /// It takes part in the attention, but the logits come from the class token: Hugging Face's DeiTForImageClassification.
    /// </summary>
    Ignored,

    /// <summary>
    /// It has its own head, and the logits are the mean of both: timm's distilled models and Hugging Face's
    /// DeiTForImageClassificationWithTeacher.
    /// </summary>
    Averaged,
}
