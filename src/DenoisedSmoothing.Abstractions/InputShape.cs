using System.Globalization;
using System.Numerics;

namespace DenoisedSmoothing;

/// <summary>What images a model takes, as far as it says. Channels, height and width are given where it takes no others.</summary>
public sealed record InputShape
{
    /// <summary>Describes a model's images.</summary>
    /// <param name="channels">1 for grey images, 3 for colour; null where the model does not say.</param>
    /// <param name="height">The only height in pixels; null where others are taken too.</param>
    /// <param name="width">The only width in pixels; null where others are taken too.</param>
    /// <param name="multiple">What height and width must be multiples of.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1.</exception>
    public InputShape(int? channels, int? height = null, int? width = null, int multiple = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels ?? 1, 1, nameof(channels));
        ArgumentOutOfRangeException.ThrowIfLessThan(height ?? 1, 1, nameof(height));
        ArgumentOutOfRangeException.ThrowIfLessThan(width ?? 1, 1, nameof(width));
        ArgumentOutOfRangeException.ThrowIfLessThan(multiple, 1);
        (Channels, Height, Width, Multiple) = (channels, height, width, multiple);
    }

    /// <summary>Channels, C; null where the model does not say.</summary>
    public int? Channels { get; }

    /// <summary>The only height in pixels; null where others are taken too.</summary>
    public int? Height { get; }

    /// <summary>The only width in pixels; null where others are taken too.</summary>
    public int? Width { get; }

    /// <summary>What height and width must be multiples of.</summary>
    public int Multiple { get; }

    /// <summary>Whether the model takes images of this shape.</summary>
    /// <param name="shape">[C,H,W] or [N,C,H,W].</param>
    public bool Fits(IReadOnlyList<long> shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return shape.Count is 3 or 4 && FitsChannels(shape) && FitsSize(shape);
    }

    /// <summary>Refuses images of another shape, with a message about images.</summary>
    /// <param name="shape">[C,H,W] or [N,C,H,W].</param>
    /// <param name="taker">What takes them, to begin the sentence: "This classifier".</param>
    /// <exception cref="ArgumentException">The shape does not fit; the message says what is taken, what came and what to do.</exception>
    public void Require(IReadOnlyList<long> shape, string taker)
    {
        if (Fits(shape))
            return;
        throw new ArgumentException(shape.Count is 3 or 4
            ? $"{taker} takes {this}; yours are {string.Join('x', shape.TakeLast(3).Select(Text))}.{Remedy(shape)}"
            : $"{taker} takes {this}, as [C,H,W] or [N,C,H,W]; got [{string.Join(',', shape.Select(Text))}].");
    }

    /// <summary>Words such as "grey 28x28 images".</summary>
    public override string ToString()
    {
        string kind = Channels switch { 1 => "grey ", 3 => "colour ", _ => "" };
        string size = Height is null && Width is null ? "" : $"{(Height is { } h ? Text(h) : "?")}x{(Width is { } w ? Text(w) : "?")} ";
        string channels = Channels is null or 1 or 3 ? "" : $" of {Text(Channels.Value)} channels";
        string multiple = size.Length > 0 || Multiple == 1 ? "" : $" whose height and width are multiples of {Text(Multiple)}";
        return $"{kind}{size}images{channels}{multiple}";
    }

    /// <summary>What two models that work on the same images both take; null where neither says.</summary>
    /// <exception cref="InvalidOperationException">No image fits both.</exception>
    internal static InputShape? Both(InputShape? one, InputShape? other)
    {
        if (one is null || other is null)
            return one ?? other;
        int multiple = one.Multiple / (int)BigInteger.GreatestCommonDivisor(one.Multiple, other.Multiple) * other.Multiple;
        InputShape both = new(one.Channels ?? other.Channels, one.Height ?? other.Height, one.Width ?? other.Width, multiple);
        if (Apart(one.Channels, other.Channels) || Apart(one.Height, other.Height) || Apart(one.Width, other.Width)
            || both.Height % multiple > 0 || both.Width % multiple > 0)
            throw new InvalidOperationException($"The parts do not belong together: one takes {one}, another {other}.");
        return both;

        static bool Apart(int? a, int? b) => a is not null && b is not null && a != b;
    }

    private bool FitsChannels(IReadOnlyList<long> shape) => Channels is null || shape[^3] == Channels;

    private bool FitsSize(IReadOnlyList<long> shape)
    {
        return Fits(shape[^2], Height) && Fits(shape[^1], Width);

        bool Fits(long pixels, int? only) => (only is null || pixels == only) && pixels % Multiple == 0;
    }

    private string Remedy(IReadOnlyList<long> shape)
    {
        string channels = FitsChannels(shape) ? "" : (shape[^3], Channels) switch
        {
            (3, 1) => " Read them as grey.",
            (1, 3) => " Read them as colour, or wrap classifier and denoiser in GreyToColorClassifier and GreyToColorDenoiser.",
            _ => "",
        };
        string size = FitsSize(shape) ? ""
            : Height is { } height && Width is { } width
                ? $" Resize or crop them to {Text(height)}x{Text(width)} before the noise."
                : " Crop or resize them before the noise.";
        return channels + size;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
