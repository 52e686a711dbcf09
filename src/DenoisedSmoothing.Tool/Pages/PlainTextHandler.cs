using System.Globalization;
using System.Runtime.CompilerServices;

namespace DenoisedSmoothing.Tool;

/// <summary>Builds a text from interpolated strings, with the invariant culture.</summary>
[InterpolatedStringHandler]
internal ref struct PlainTextHandler(int literalLength, int formattedCount)
{
    private DefaultInterpolatedStringHandler _text = new(literalLength, formattedCount, CultureInfo.InvariantCulture);

    public void AppendLiteral(string text) => _text.AppendLiteral(text);

    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    public void AppendFormatted<T>(T value, string? format) => _text.AppendFormatted(value, format);

    public override string ToString() => _text.ToStringAndClear();
}
