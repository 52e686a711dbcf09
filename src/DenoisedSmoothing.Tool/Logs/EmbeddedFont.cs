using ScottPlot;
using SkiaSharp;

namespace DenoisedSmoothing.Tool;

/// <summary>A font included in the program, since bare Linux containers have none and figures would have no text.</summary>
internal sealed class EmbeddedFont : IFontResolver
{
    /// <summary>Its family name.</summary>
    public const string Name = "Roboto";

    private static readonly Lazy<SKTypeface> s_typeface = new(static () =>
    {
        using Stream file = typeof(EmbeddedFont).Assembly.GetManifestResourceStream("Roboto-Regular.ttf")!;
        return SKTypeface.FromStream(file);
    });

    private static readonly Lock Registration = new();

    private static bool _registered;

    /// <summary>The font itself; shared by the program, not to be disposed.</summary>
    public static SKTypeface Typeface => s_typeface.Value;

    /// <summary>Makes ScottPlot draw all text in it.</summary>
    public static void Use()
    {
        lock (Registration)
        {
            if (_registered)
                return;
            Fonts.FontResolvers.Insert(0, new EmbeddedFont());
            Fonts.Default = Name;
            _registered = true;
        }
    }

    /// <inheritdoc/>
    public SKTypeface? CreateTypeface(string fontName, bool bold, bool italic) => fontName == Name ? Typeface : null;

    /// <inheritdoc/>
    public SKTypeface? CreateTypeface(string fontName, FontWeight weight, FontSlant slant, FontSpacing spacing) =>
        fontName == Name ? Typeface : null;
}
