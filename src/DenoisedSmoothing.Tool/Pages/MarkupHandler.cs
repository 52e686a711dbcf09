using System.Runtime.CompilerServices;
using System.Text;

namespace DenoisedSmoothing.Tool;

/// <summary>Builds markup from an interpolated string, so that nothing gets onto a page unescaped by oversight.</summary>
[InterpolatedStringHandler]
internal readonly ref struct MarkupHandler(int literalLength, int formattedCount)
{
    private const int UsualHole = 16;

    private readonly StringBuilder _html = new(literalLength + UsualHole * formattedCount);

    public void AppendLiteral(string markup) => _html.Append(markup);

    public void AppendFormatted<T>(T value) => _html.Append(Markup.Escape(value));

    public override string ToString() => _html.ToString();
}
