namespace DenoisedSmoothing.Noise;

/// <summary>What every noise requires of the memory it is given.</summary>
internal static class NoiseRow
{
    internal static void Check(ReadOnlySpan<float> image, Span<float> noisy, int longest)
    {
        if (image.Length != noisy.Length)
            throw new ArgumentException($"The image has {image.Length} elements, the noisy image {noisy.Length}.", nameof(noisy));
        if (image.Overlaps(noisy, out int offset) && offset != 0)
        {
            throw new ArgumentException(
                "The noisy image overlaps the image with an offset: use the same memory exactly, or memory apart.", nameof(noisy));
        }

        CheckLength(image.Length, longest, nameof(image));
    }

    internal static void CheckLength(int length, int longest, string name)
    {
        if (length > longest)
            throw new ArgumentException($"A row holds at most {longest} elements, got {length}.", name);
    }

    internal static void CheckDimension(long dimension, int longest)
    {
        if (dimension < 1 || dimension > longest)
        {
            throw new ArgumentOutOfRangeException(
                nameof(dimension), dimension, $"An image has between 1 and {longest} values under this noise.");
        }
    }
}
