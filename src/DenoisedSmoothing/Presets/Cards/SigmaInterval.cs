using System.Globalization;
using System.Runtime.InteropServices;

namespace DenoisedSmoothing.Presets;

/// <summary>A range of noise levels, in [0,1] pixel space; as text, <c>a..b</c>.</summary>
/// <param name="First">The lowest; 0 or more.</param>
/// <param name="Last">The highest, above the lowest.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SigmaInterval(double First, double Last)
{
    /// <summary>Reads <c>a..b</c>.</summary>
    public static bool TryParse(string? text, out SigmaInterval range)
    {
        range = default;
        string[] ends = text?.Split("..") ?? [];
        if (ends.Length != 2 || !PlainNumber.TryParse(ends[0], out double first) || !PlainNumber.TryParse(ends[1], out double last)
            || !(first >= 0 && first < last && double.IsFinite(last)))
            return false;
        range = new SigmaInterval(first, last);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{First:R}..{Last:R}");
}
