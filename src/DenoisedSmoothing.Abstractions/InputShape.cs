using System.Globalization;

namespace DenoisedSmoothing;

/// <summary>What images a model takes: their channels, and their height and width where it takes one size only.</summary>
public sealed record InputShape
{
    /// <summary>Describes a model's images.</summary>
    /// <param name="channels">1 for grey images, 3 for colour.</param>
    /// <param name="height">The only height in pixels; null where others are taken too.</param>
    /// <param name="width">The only width in pixels; null where others are taken too.</param>
    /// <param name="multiple">What height and width must be multiples of.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
    public InputShape(int channels, int? height = null, int? width = null, int multiple = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height ?? 1, 1, nameof(height));
        ArgumentOutOfRangeException.ThrowIfLessThan(width ?? 1, 1, nameof(width));
        ArgumentOutOfRangeException.ThrowIfLessThan(multiple, 1);
        (Channels, Height, Width, Multiple) = (channels, height, width, multiple);
    }

    /// <summary>Channels, C.</summary>
    public int Channels { get; }

    /// <summary>The only height in pixels; null where others are taken too.</summary>
    public int? Height { get; }

    /// <summary>The only width in pixels; null where others are taken too.</summary>
    public int? Width { get; }

    /// <summary>What height and width must be multiples of.</summary>
    public int Multiple { get; }

    /// <summary>Whether images of this shape are taken.</summary>
    /// <param name="shape">[C,H,W] or [N,C,H,W].</param>
    public bool Fits(IReadOnlyList<long> shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return shape.Count is 3 or 4 && shape[^3] == Channels && Size(shape[^2], Height) && Size(shape[^1], Width);

        bool Size(long pixels, int? only) => (only is null || pixels == only) && pixels % Multiple == 0;
    }

    /// <summary>Refuses images of another shape, in words of images.</summary>
    /// <param name="shape">[C,H,W] or [N,C,H,W].</param>
    /// <param name="taker">Who takes them, to begin the sentence: "This classifier".</param>
    /// <exception cref="ArgumentException">The shape does not fit; the message says what is taken, what came and what to do.</exception>
    public void Require(IReadOnlyList<long> shape, string taker)
    {
        if (Fits(shape))
            return;
        throw new ArgumentException(shape.Count is 3 or 4
            ? $"{taker} takes {this}; yours are {Text(shape[^3])}x{Text(shape[^2])}x{Text(shape[^1])}.{Remedy(shape)}"
            : $"{taker} takes {this}, as [C,H,W] or [N,C,H,W]; got [{string.Join(',', shape.Select(Text))}].");
    }

    /// <summary>Words such as "grey 28x28 images".</summary>
    public override string ToString()
    {
        string kind = Channels switch { 1 => "grey ", 3 => "colour ", _ => "" };
        string size = Height is null && Width is null ? "" : $"{(Height is { } h ? Text(h) : "?")}x{(Width is { } w ? Text(w) : "?")} ";
        string channels = Channels is 1 or 3 ? "" : $" of {Text(Channels)} channels";
        string multiple = size.Length > 0 || Multiple == 1 ? "" : $" whose height and width are multiples of {Text(Multiple)}";
        return $"{kind}{size}images{channels}{multiple}";
    }

    private string Remedy(IReadOnlyList<long> shape)
    {
        if (shape[^3] != Channels)
        {
            return (shape[^3], Channels) switch
            {
                (3, 1) => " Read them as grey (--grey).",
                (1, 3) => " Read them as colour, or wrap classifier and denoiser in GreyToColorClassifier and GreyToColorDenoiser.",
                _ => "",
            };
        }

        return Height is { } height && Width is { } width
            ? $" Resize or crop them to {Text(height)}x{Text(width)} before the noise."
            : " Crop or resize them before the noise.";
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
