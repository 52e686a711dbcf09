using TorchSharp;

namespace DenoisedSmoothing;

/// <summary>An image to predict or to certify. A tensor alone converts to one.</summary>
/// <param name="Pixels">float32 [C,H,W] or [1,C,H,W] in [0,1]; read when its turn comes, disposed by its owner.</param>
/// <param name="Index">
/// The image's own index in its data set, 0 to 2^32 - 1, a part of the noise counter: under one seed, images of one index share their
/// noise.
/// Distinct within a call. Null: taken from the image's hash, so that distinct images have distinct ones but for one pair in four billion.
/// </param>
public readonly record struct SmoothingImage(torch.Tensor Pixels, long? Index = null)
{
    /// <summary>What the answer may cost.</summary>
    /// <value>Null: what the smoothed classifier's options say.</value>
    public Budget? Budget { get; init; }

    /// <summary>Cancels this image alone; looked at between batches.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>[C,H,W].</summary>
    public IReadOnlyList<long> Shape => Pixels.shape is [1, _, _, _] batch ? batch[1..] : Pixels.shape;

    /// <summary>An image without an index of its own.</summary>
    /// <param name="pixels">float32 [C,H,W] or [1,C,H,W] in [0,1].</param>
    public static implicit operator SmoothingImage(torch.Tensor pixels) => new(pixels);
}
