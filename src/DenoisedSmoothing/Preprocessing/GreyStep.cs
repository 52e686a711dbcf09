namespace DenoisedSmoothing.Preprocessing;

/// <summary>Makes one channel from three by ITU-R 601-2 in 16 bits, like PIL's <c>convert("L")</c>.</summary>
internal sealed record GreyStep : IPreprocessStep
{
    public ImageShape ShapeOf(ImageShape input) => input.Channels is 1 or 3
        ? input with { Channels = 1 }
        : throw new ArgumentException($"An image of {input.Channels} channels has no grey: it must have 3, R, G and B, or 1.");

    public ByteImage Apply(ByteImage image)
    {
        if (image.Shape.Channels == 1)
            return image;
        byte[] grey = new byte[image.Planes.Length / 3];
        for (int i = 0; i < grey.Length; i++)
            grey[i] = Of(image.Planes[i], image.Planes[grey.Length + i], image.Planes[2 * grey.Length + i]);
        return new ByteImage(grey, ShapeOf(image.Shape));
    }

    public override string ToString() => "grey";

    /// <summary>The grey of a colour; greys stay as they are.</summary>
    internal static byte Of(byte red, byte green, byte blue) => (byte)((19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16);
}
