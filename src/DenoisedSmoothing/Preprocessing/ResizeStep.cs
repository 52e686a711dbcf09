namespace DenoisedSmoothing.Preprocessing;

/// <summary>Resizes to a height and a width.</summary>
internal sealed record ResizeStep(int Height, int Width, Resampling Resampling) : IPreprocessStep
{
    public ImageShape ShapeOf(ImageShape input) => Checked(input, Height, Width);

    public ByteImage Apply(ByteImage image) => To(image, ShapeOf(image.Shape), Resampling);

    public override string ToString() => $"resized to {Height}x{Width} ({Name(Resampling)})";

    internal static string Name(Resampling resampling) => resampling == Resampling.Bilinear ? "bilinear" : "bicubic";

    internal static ByteImage To(ByteImage image, ImageShape to, Resampling resampling)
    {
        ImageShape from = image.Shape;
        return new(ByteResize.Resize(image.Planes, from.Channels, (from.Height, from.Width), (to.Height, to.Width), resampling), to);
    }

    internal static ImageShape Checked(ImageShape input, long height, long width) =>
        (Int128)height * width * input.Channels <= Array.MaxLength
            ? new ImageShape(input.Channels, (int)height, (int)width)
            : throw new ArgumentException(
                $"An image of {input.Height}x{input.Width} would be resized to {height}x{width}, more than can be held.");
}
