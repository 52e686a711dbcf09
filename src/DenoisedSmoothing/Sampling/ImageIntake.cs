using System.Buffers.Binary;
using System.Globalization;
using DenoisedSmoothing.Noise;

namespace DenoisedSmoothing.Sampling;

/// <summary>Reads and checks the images of one call.</summary>
/// <param name="seeds">The noise keys of the call.</param>
/// <param name="inputShape">What the base classifier takes; null where it does not say.</param>
internal sealed class ImageIntake(SeedSource seeds, InputShape? inputShape)
{
    private readonly HashSet<long> _indices = [];

    /// <summary>The image's values, its place in the noise and its key.</summary>
    /// <exception cref="ArgumentException">
    /// It is not an image in [0,1] or not one that the base classifier takes, or its index is out of range or taken.
    /// </exception>
    public ReadImage Read(in SmoothingImage image)
    {
        (float[] values, long[] shape) = ImageTensors.Read(image.Pixels);
        CheckShape(shape);
        byte[] hash = ImageTensors.Hash(values);
        if (image.Index is { } given)
            CheckIndex(given);
        // From the end of the hash: its beginning is often used as a short name.
        long index = image.Index ?? BinaryPrimitives.ReadUInt32LittleEndian(hash.AsSpan(^4..));
        return new ReadImage(values, shape, hash, index, seeds.For(hash, index));
    }

    private void CheckIndex(long index)
    {
        if (index is < 0 or >= NoiseCoordinate.MaxImages)
        {
            throw new ArgumentOutOfRangeException(
                nameof(index), index, $"An image index must be in [0, 2^{NoiseCoordinate.ImageBits}): it is part of the noise counter.");
        }

        if (!_indices.Add(index))
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"Image index {index} occurs twice: noise is a function of seed and index, so distinct images need distinct indices."));
        }
    }

    private void CheckShape(long[] shape)
    {
        if (inputShape is not null && inputShape.Fits(shape))
            return;
        long[] turned = [shape[2], shape[0], shape[1]];
        if (shape[2] is 1 or 3 or 4 && shape[0] > 4 && shape[1] > 4 && inputShape?.Fits(turned) is not false)
            throw new ArgumentException(
                $"An image is [C,H,W]; [{string.Join(',', shape)}] looks like [H,W,C].{ChannelsLastRemedy}");
        inputShape?.Require(shape, "This pair");
    }

    private const string ChannelsLastRemedy =
        " Use ImageTensors.FromHwcBytes, or permute(2, 0, 1); if images really have this layout, declare it (PartInfo.InputShape).";
}
