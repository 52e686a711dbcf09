namespace DenoisedSmoothing.Preprocessing;

/// <summary>One step of an <see cref="ImagePreprocess"/>; its ToString goes into fingerprints.</summary>
internal interface IPreprocessStep
{
    /// <summary>The shape that an image comes out in.</summary>
    /// <exception cref="ArgumentException">The step cannot take an image of this shape.</exception>
    ImageShape ShapeOf(ImageShape input);

    /// <summary>Does it, for a shape that <see cref="ShapeOf"/> takes.</summary>
    ByteImage Apply(ByteImage image);
}
