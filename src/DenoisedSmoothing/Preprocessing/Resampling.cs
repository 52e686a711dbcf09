namespace DenoisedSmoothing.Preprocessing;

/// <summary>How an image is resized, always with antialiasing and as PIL does it.</summary>
public enum Resampling
{
    /// <summary>
    /// A triangle of one pixel to each side: torchvision's default, and that of the ImageNet preprocessing of Cohen et al.
    /// </summary>
    Bilinear,

    /// <summary>
    /// Keys' cubic with a = -0.5, two pixels to each side: what timm's and Hugging Face's vision transformers are mostly given.
    /// </summary>
    Bicubic,
}
