namespace DenoisedSmoothing.Preprocessing;

/// <summary>One step of an <see cref="ImagePreprocess"/>; its ToString goes into fingerprints.</summary>
internal interface IPreprocessStep
{
    /// <summary>The shape of the resulting image.</summary>
    /// <exception cref="ArgumentException">The step cannot take an image of this shape.</exception>
    ImageShape ShapeOf(ImageShape input);

    /// <summary>Applies the step, for a shape that <see cref="ShapeOf"/> takes.</summary>
    ByteImage Apply(ByteImage image);
}
