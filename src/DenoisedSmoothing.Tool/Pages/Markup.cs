using System.Globalization;
using System.Net;
using System.Text;

namespace DenoisedSmoothing.Tool;

/// <summary>A piece of a page: markup is kept, everything else is escaped.</summary>
/// <param name="Html">Well-formed, as in XML.</param>
internal readonly record struct Markup(string Html)
{
    /// <summary>The empty piece.</summary>
    public static Markup None { get; } = new("");

    /// <summary>Markup from an interpolated string: its text is markup; values in it are escaped unless they are markup.</summary>
    public static Markup Of(MarkupHandler markup) => new(markup.ToString());

    /// <summary>Pieces one after another.</summary>
    public static Markup Join(IEnumerable<Markup> pieces) => new(string.Concat(pieces.Select(static piece => piece.Html)));

    /// <summary>Any text as a piece of a page.</summary>
    public static Markup Text(string? text) => new(Escape(text));

    /// <inheritdoc/>
    public override string ToString() => Html;

    /// <summary>A value's text, escaped; numbers are written the same way whatever the language.</summary>
    internal static string Escape(object? value) => value switch
    {
        null => "",
        Markup markup => markup.Html,
        IEnumerable<Markup> pieces => Join(pieces).Html,
        IFormattable number => WebUtility.HtmlEncode(number.ToString(null, CultureInfo.InvariantCulture)),
        _ => WebUtility.HtmlEncode(Printable(value.ToString() ?? "")),
    };

    // Control characters and half characters have no place on a page, nor do those that change the direction of everything that follows.
    private static string Printable(string text)
    {
        StringBuilder printable = new(text.Length);
        foreach (Rune rune in text.EnumerateRunes())
        {
            bool turns = rune.Value is >= 0x202A and <= 0x202E or >= 0x2066 and <= 0x2069;
            bool shows = rune.Value is '\n' or '\t' || !(Rune.IsControl(rune) || turns || (rune.Value & 0xFFFE) == 0xFFFE);
            printable.Append(shows ? rune : Rune.ReplacementChar);
        }

        return printable.ToString();
    }
}
