namespace DenoisedSmoothing;

/// <summary>
/// How large the noise is: its standard deviation per pixel value, in [0,1] pixel space, whatever its law. Three numbers, since a generator
/// may only be able to draw noise close to what was asked for.
/// </summary>
/// <param name="Asked">What was asked for.</param>
/// <param name="Drawn">What the drawn noise actually has.</param>
/// <param name="Certified">What radii are computed from: never above what was drawn.</param>
public readonly record struct NoiseLevel(double Asked, double Drawn, double Certified);
