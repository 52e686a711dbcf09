using System.Xml.Linq;
using DenoisedSmoothing.Tool;

namespace DenoisedSmoothing.Tool.Tests.Pages;

public sealed class MarkupTests
{
    [Theory]
    [InlineData("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;")]
    [InlineData("a & b", "a &amp; b")]
    [InlineData("\" onload='x'", "&quot; onload=&#39;x&#39;")]
    [InlineData("a\u0000b\u001bc\u202Ed\uFFFE", "a\uFFFDb\uFFFDc\uFFFDd\uFFFD")]
    [InlineData("für 日本", "f&#252;r 日本")]
    public void Of_escapes_what_stands_in_holes(string text, string expected)
    {
        Markup.Of($"<p title=\"{text}\">{text}</p>").Html.Should().Be($"<p title=\"{expected}\">{expected}</p>");
        Markup.Text(text).Html.Should().Be(expected);
    }

    [Fact]
    public void Of_takes_markup_as_it_is_and_numbers_as_everywhere()
    {
        Markup inner = Markup.Of($"<b>{1.5}</b>");
        List<Markup> several = [inner, Markup.Text("<")];

        Markup.Text("\ud800x").Html.Should().Be("\uFFFDx", "half a character is none");
        Markup.Of($"{inner}{several}{several.Select(static piece => piece)}{null as string}").Html
            .Should().Be("<b>1.5</b><b>1.5</b>&lt;<b>1.5</b>&lt;");
    }

    [Fact]
    public void Chart_is_well_formed_and_says_in_words_what_it_shows()
    {
        ChartSeries line = new("a < b", [(0, 1), (1, .5)]) { Band = [(0, .8, 1), (1, .3, .7)] };

        XElement chart = XElement.Parse(LineChart.Of("c", "Title & more", "Falls.", ("radius", 0, 1), "share", [line, line]).Html);

        chart.Descendants("title").Select(static title => title.Value).Should().Contain(["Title & more", "a < b"]);
        chart.Descendants("desc").Single().Value.Should().Be("Falls.");
        chart.Descendants("svg").First().Attribute("role")!.Value.Should().Be("img");
        chart.Descendants("polygon").Should().HaveCount(2);
        chart.Descendants("li").Should().HaveCount(2, "several lines have a legend");
    }
}
