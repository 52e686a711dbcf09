namespace DenoisedSmoothing.Tool;

/// <summary>A size as typed: one number of pixels, or height and width.</summary>
/// <param name="Height">The height, or the one number.</param>
/// <param name="Width">The width, or the one number.</param>
/// <param name="IsExact">Whether both were typed.</param>
internal readonly record struct PixelSize(int Height, int Width, bool IsExact)
{
    /// <summary>Reads <c>256</c> or <c>224x160</c>.</summary>
    public static bool TryParse(string? text, out PixelSize size)
    {
        size = default;
        string[] parts = text?.Split('x') ?? [];
        if (parts.Length is not (1 or 2) || !TryNumber(parts[0], out int height) || !TryNumber(parts[^1], out int width))
            return false;
        size = new PixelSize(height, width, parts.Length == 2);
        return true;
    }

    private static bool TryNumber(string text, out int number) =>
        PlainNumber.TryParseWhole(text, out number) && number is >= 1 and <= 65535;
}
