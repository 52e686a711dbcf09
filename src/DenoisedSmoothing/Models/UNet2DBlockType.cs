namespace DenoisedSmoothing.Models;

/// <summary>What a level of a <see cref="UNet2DModel"/> consists of.</summary>
public enum UNet2DBlockType
{
    /// <summary>Residual blocks; DownBlock2D and UpBlock2D in diffusers.</summary>
    Plain,

    /// <summary>Residual blocks, each followed by attention; AttnDownBlock2D and AttnUpBlock2D in diffusers.</summary>
    Attention,

    /// <summary>Residual blocks, of which one changes the resolution; ResnetDownsampleBlock2D and ResnetUpsampleBlock2D in
    /// diffusers.</summary>
    Resnet,
}
