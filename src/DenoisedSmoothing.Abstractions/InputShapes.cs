using System.Globalization;

namespace DenoisedSmoothing;

/// <summary>Shapes [C,H,W] of images, whole or in part, in the words of people who have images.</summary>
internal static class InputShapes
{
    /// <summary>Whether an image is one of those that a part takes.</summary>
    public static bool Fits(IReadOnlyList<long?>? wanted, IReadOnlyList<long> image) =>
        wanted is null || wanted.Zip(image).All(static pair => pair.First is not { } extent || extent == pair.Second);

    /// <summary>The extents of a declared shape; null where none is declared.</summary>
    public static IReadOnlyList<long?>? Of(InputShape? shape) => shape is null ? null : [shape.Channels, shape.Height, shape.Width];

    /// <summary>The part as one that takes images of a declared shape.</summary>
    public static PartInfo Taking(this PartInfo info, InputShape? shape) => info with { InputShape = Both(Of(shape), info.InputShape) };

    /// <summary>What both take; null where neither says.</summary>
    /// <exception cref="InvalidOperationException">No image fits both.</exception>
    public static IReadOnlyList<long?>? Both(IReadOnlyList<long?>? one, IReadOnlyList<long?>? other)
    {
        if (one is null || other is null)
            return one ?? other;
        if (one.Zip(other).Any(static pair => pair.First is { } a && pair.Second is { } b && a != b))
            throw new InvalidOperationException($"The parts do not belong together: one takes {Words(one)}, another {Words(other)}.");
        return [.. one.Zip(other, static (a, b) => a ?? b)];
    }

    /// <summary>Such as "grey 28x28 images" or "colour images of any size".</summary>
    public static string Words(IReadOnlyList<long?> shape)
    {
        string channels = shape[0] switch
        {
            null => "",
            1 => "grey ",
            3 => "colour ",
            { } count => string.Create(CultureInfo.InvariantCulture, $"{count}-channel "),
        };
        return shape[1] is null && shape[2] is null
            ? $"{channels}images of any size"
            : $"{channels}{Extent(shape[1])}x{Extent(shape[2])} images";
    }

    /// <summary>Such as 3x32x32.</summary>
    public static string Text(IEnumerable<long> shape) =>
        string.Join('x', shape.Select(static extent => extent.ToString(CultureInfo.InvariantCulture)));

    private static string Extent(long? extent) => extent?.ToString(CultureInfo.InvariantCulture) ?? "any";
}
