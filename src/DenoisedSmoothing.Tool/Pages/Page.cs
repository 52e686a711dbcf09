namespace DenoisedSmoothing.Tool;

/// <summary>A self-contained HTML file: style, charts and pictures are in it, and it may load nothing.</summary>
internal static class Page
{
    private static readonly Lazy<string> s_style = new(static () =>
    {
        using Stream file = typeof(Page).Assembly.GetManifestResourceStream("page.css")!;
        using StreamReader text = new(file);
        return text.ReadToEnd();
    });

    /// <summary>The whole file; it can also be read as XML.</summary>
    /// <param name="title">The title of the window, and the heading.</param>
    /// <param name="lead">The line under the heading.</param>
    /// <param name="sections">In order; those without a body are left out.</param>
    public static string Of(string title, Markup lead, IReadOnlyList<PageSection> sections)
    {
        PageSection[] shown = [.. sections.Where(static section => section.Body.Html.Length > 0)];
        Markup contents = Markup.Join(shown.Select(static section =>
            Markup.Of($"<li><a href=\"#{section.Id}\">{section.Title}</a></li>")));
        Markup bodies = Markup.Join(shown.Select(static section => Markup.Of($"""

            <section id="{section.Id}" aria-labelledby="{section.Id}-title">
            <h2 id="{section.Id}-title">{section.Title}</h2>
            {section.Body}
            </section>
            """)));
        return Markup.Of($"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'" />
            <meta name="color-scheme" content="light dark" />
            <title>{title}</title>
            <style>
            {new Markup(s_style.Value)}
            </style>
            </head>
            <body>
            <header>
            <h1>{title}</h1>
            {lead}
            </header>
            <nav aria-label="Contents"><ul>{contents}</ul></nav>
            <main>{bodies}
            </main>
            <footer>Made by dds {Version}. This file needs no network and runs no script.</footer>
            </body>
            </html>

            """).Html.ReplaceLineEndings("\n");
    }

    /// <summary>The program's version, without the commit that it was built from.</summary>
    public static string Version { get; } =
        typeof(Page).Assembly.GetName().Version is { } version ? version.ToString(3) : "of unknown version";
}
