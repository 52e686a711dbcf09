using static TorchSharp.torch;

namespace DenoisedSmoothing.Models.UNet;

/// <summary>A part of a U-Net's stage.</summary>
internal interface IUNetLayer
{
    /// <summary>Passes images on; the input is not disposed.</summary>
    /// <param name="operations">How.</param>
    /// <param name="x">[N,C,H,W].</param>
    /// <param name="behind">Further channels after them; null for none. Only a residual block takes any.</param>
    /// <param name="embedding">SiLU of the time embedding: [1,E] for all rows, or [N,E].</param>
    FeatureMap Run(ImageOperations operations, FeatureMap x, FeatureMap? behind, Tensor embedding);
}
