using System.Globalization;

namespace DenoisedSmoothing;

/// <summary>The shape [C,H,W] of an image.</summary>
/// <param name="Channels">C: 3 for RGB, 1 for grey.</param>
/// <param name="Height">H in pixels.</param>
/// <param name="Width">W in pixels.</param>
public readonly record struct ImageShape(int Channels, int Height, int Width)
{
    /// <summary>Such as 3x32x32.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Channels}x{Height}x{Width}");
}
