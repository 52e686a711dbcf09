using System.Xml.Linq;

namespace DenoisedSmoothing.Tool.Tests.Pages;

/// <summary>A page, read as strictly as XML is.</summary>
internal static class Html
{
    /// <summary>Reads it, and asserts that it loads and runs nothing.</summary>
    public static XElement Read(string path)
    {
        string text = File.ReadAllText(path);
        XElement page = XDocument.Parse(text["<!DOCTYPE html>".Length..]).Root!;
        text.Should().StartWith("<!DOCTYPE html>");
        text.Should().NotContain("http://").And.NotContain("https://").And.NotContain("<script").And.NotContain("@import").And.NotContain(
            "url(");
        page.Descendants().Should().NotContain(element => element.Name == "script" || element.Name == "link" || element.Name == "iframe");
        foreach (XAttribute source in page.Descendants().Attributes("src"))
            source.Value.Should().StartWith("data:image/png;base64,");
        foreach (XAttribute link in page.Descendants().Attributes("href"))
            page.Descendants().Attributes("id").Select(static id => "#" + id.Value).Should().Contain(link.Value);
        page.Descendants().Attributes("id").Select(static id => id.Value).Should().OnlyHaveUniqueItems();
        page.Descendants().Attributes()
            .Should().NotContain(attribute => attribute.Name.LocalName.StartsWith("on", StringComparison.OrdinalIgnoreCase));
        return page;
    }

    /// <summary>A section, by its anchor; null where there is none.</summary>
    public static XElement? Section(this XElement page, string id) =>
        page.Descendants("section").SingleOrDefault(section => section.Attribute("id")!.Value == id);

    /// <summary>The cells of a section's tables, a row each, headers included.</summary>
    public static string[][] Rows(this XElement section) =>
        [.. section.Descendants("tr").Select(static row => row.Elements().Select(static cell => cell.Value).ToArray())];
}
