using TorchSharp;

namespace DenoisedSmoothing;

/// <summary>An image to predict or certify. A tensor converts to one implicitly.</summary>
/// <param name="Pixels">float32 [C,H,W] or [1,C,H,W] in [0,1]; read when its turn comes; its owner disposes it.</param>
/// <param name="Index">
/// The image's own index in its data set, 0 to 2^32 - 1, part of the noise counter: under one seed, images with the same index share their
/// noise. Distinct within a call. Null: taken from the image's hash, so that distinct images get distinct indices, except for one pair in
/// four billion.
/// </param>
public readonly record struct SmoothingImage(torch.Tensor Pixels, long? Index = null)
{
    /// <summary>What the answer may cost.</summary>
    /// <value>Null: what the smoothed classifier's options say.</value>
    public Budget? Budget { get; init; }

    /// <summary>Cancels this image alone, between batches. Within one, see <see cref="NoiseContext.CancellationToken"/>.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>[C,H,W].</summary>
    public IReadOnlyList<long> Shape => Pixels.shape is [1, _, _, _] batch ? batch[1..] : Pixels.shape;

    /// <summary>An image without an index of its own.</summary>
    /// <param name="pixels">float32 [C,H,W] or [1,C,H,W] in [0,1].</param>
    public static implicit operator SmoothingImage(torch.Tensor pixels) => new(pixels);
}
