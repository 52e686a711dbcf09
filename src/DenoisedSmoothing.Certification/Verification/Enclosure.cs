namespace DenoisedSmoothing.Verification;

/// <summary>Two doubles between which a true value lies.</summary>
/// <param name="Lower">Never above the true value.</param>
/// <param name="Upper">Never below it.</param>
internal readonly record struct Enclosure(double Lower, double Upper)
{
    /// <summary>A value known within a relative error.</summary>
    public static Enclosure Within(double value, double relative) => new(value * (1 - relative), value * (1 + relative));
}
