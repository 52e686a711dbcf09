namespace DenoisedSmoothing.Tool;

/// <summary>Tables on a page, which scroll by themselves on a narrow screen.</summary>
internal static class PageTable
{
    /// <summary>A table whose first column is text and whose other columns are numbers.</summary>
    /// <param name="caption">What it shows.</param>
    /// <param name="header">The columns' names.</param>
    /// <param name="rows">Cells, as many as the header has.</param>
    public static Markup Of(string caption, IReadOnlyList<string> header, IEnumerable<IReadOnlyList<Markup>> rows) => Markup.Of($"""
        <div class="scroll" tabindex="0" role="region" aria-label="{caption}"><table>
        <caption>{caption}</caption>
        <thead><tr>{header.Select(static name => Markup.Of($"<th scope=\"col\">{name}</th>"))}</tr></thead>
        <tbody>
        {rows.Select(Row)}</tbody>
        </table></div>

        """);

    /// <summary>The same with plain text in its cells.</summary>
    public static Markup OfText(string caption, IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows) =>
        Of(caption, header, rows.Select(static row => (IReadOnlyList<Markup>)[.. row.Select(Markup.Text)]));

    /// <summary>Names with their values.</summary>
    public static Markup Facts(IEnumerable<(string Name, string Value)> facts) => Markup.Of(
        $"<dl>{facts.Select(static fact => Markup.Of($"<dt>{fact.Name}</dt><dd>{fact.Value}</dd>\n"))}</dl>\n");

    private static Markup Row(IReadOnlyList<Markup> cells) => Markup.Of(
        $"<tr><th scope=\"row\">{cells[0]}</th>{cells.Skip(1).Select(static cell => Markup.Of($"<td>{cell}</td>"))}</tr>\n");
}
