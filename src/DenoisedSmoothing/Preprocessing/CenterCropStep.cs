namespace DenoisedSmoothing.Preprocessing;

/// <summary>Cuts out the middle, like torchvision's CenterCrop where the image is large enough.</summary>
internal sealed record CenterCropStep(int Height, int Width) : IPreprocessStep
{
    // torchvision would pad a smaller image with black.
    public ImageShape ShapeOf(ImageShape input) => input.Height >= Height && input.Width >= Width
        ? input with { Height = Height, Width = Width }
        : throw new ArgumentException(
            $"An image of {input.Height}x{input.Width} is too small for a crop of {Height}x{Width}. Resize it first.");

    public ByteImage Apply(ByteImage image)
    {
        ImageShape from = image.Shape, to = ShapeOf(from);
        // The margin is rounded half to even (torchvision's center_crop).
        int top = (int)Math.Round((from.Height - Height) / 2.0), left = (int)Math.Round((from.Width - Width) / 2.0);
        byte[] cut = new byte[to.Channels * Height * Width];
        for (int row = 0; row < to.Channels * Height; row++)
        {
            int source = (row / Height * from.Height + top + row % Height) * from.Width + left;
            image.Planes.AsSpan(source, Width).CopyTo(cut.AsSpan(row * Width));
        }

        return new ByteImage(cut, to);
    }

    public override string ToString() => $"middle {Height}x{Width}";
}
