namespace DenoisedSmoothing.Preprocessing;

/// <summary>How an image is resized, always with antialiasing, as in PIL.</summary>
public enum Resampling
{
    /// <summary>
    /// A triangle of one pixel to each side: torchvision's default, also used in the ImageNet preprocessing of Cohen et al.
    /// </summary>
    Bilinear,

    /// <summary>
    /// Keys' cubic with a = -0.5, two pixels to each side: what timm's and Hugging Face's vision transformers mostly use.
    /// </summary>
    Bicubic,
}
