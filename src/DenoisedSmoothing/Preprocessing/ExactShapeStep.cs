namespace DenoisedSmoothing.Preprocessing;

/// <summary>Changes nothing, and refuses images of any other shape.</summary>
internal sealed record ExactShapeStep(ImageShape Shape) : IPreprocessStep
{
    public ImageShape ShapeOf(ImageShape input) => input == Shape
        ? input
        : throw new ArgumentException($"The image is {input} (channels x height x width), and {Shape} is needed.");

    public ByteImage Apply(ByteImage image) => image;

    public override string ToString() => $"exactly {Shape}";
}
