using PuppeteerSharp;
using Browser = DenoisedSmoothing.AspNetCore.Tests.Browser;

namespace DenoisedSmoothing.Tool.Tests.Pages;

/// <summary>
/// The pages in a real browser, at several widths; skipped where there is no Chromium. Set PAGE_SCREENSHOTS to a folder to look at them.
/// </summary>
public sealed class BrowserTests(Browser browser) : LogVerbs, IClassFixture<Browser>
{
    [SkippableTheory]
    [InlineData(1100, "desktop")]
    [InlineData(390, "phone")]
    public async Task Report_renders_without_errors_requests_or_sideways_scrolling(int width, string name)
    {
        Skip.If(browser.Instance is null, "There is no Chromium here.");
        string path = Path.Combine(Folder.FullName, "report.html"), bounds = WriteLog(.001, end: true);
        string second = Write("a-rather-long-name-of-a-log-with-few-breaks_sigma_0.50.tsv", Header + Rows);
        (await Run("report", bounds, second, "--data", "bundled", "--out", path)).Should().Be(0, Error.ToString());

        await LookAsync(path, width, "report-" + name);
    }

    [SkippableTheory]
    [InlineData(1100, "desktop")]
    [InlineData(390, "phone")]
    public async Task Check_renders_without_errors_requests_or_sideways_scrolling(int width, string name)
    {
        Skip.If(browser.Instance is null, "There is no Chromium here.");
        string path = Path.Combine(Folder.FullName, "check.html");
        (await Run("check", "--max", "8", "--certify", "0", "--sigma", "0.25,0.5", "--out", path)).Should().Be(0, Error.ToString());

        await LookAsync(path, width, "check-" + name);
    }

    private async Task LookAsync(string path, int width, string name)
    {
        await using IPage page = await browser.Instance!.NewPageAsync();
        List<string> errors = [], requests = [];
        page.Console += (_, e) => errors.Add(e.Message.Text);
        page.PageError += (_, e) => errors.Add(e.Message);
        page.Request += (_, e) => requests.Add(e.Request.Url);
        await page.SetViewportAsync(new ViewPortOptions { Width = width, Height = 900 });
        await page.GoToAsync(new Uri(path).AbsoluteUri);

        errors.Should().BeEmpty();
        requests.Where(static url => !url.StartsWith("data:", StringComparison.Ordinal)).Should().Equal(new Uri(path).AbsoluteUri);
        (await page.EvaluateExpressionAsync<int>("document.documentElement.scrollWidth")).Should().BeLessThanOrEqualTo(width);
        (await page.EvaluateExpressionAsync<int>("[...document.images].filter(image => image.naturalWidth === 0).length")).Should().Be(0);
        (await page.EvaluateExpressionAsync<string>("getComputedStyle(document.querySelector('.answer')).borderLeftStyle"))
            .Should().Be("solid", "its own style is applied");
        (await page.PdfDataAsync()).Length.Should().BeGreaterThan(10_000);
        if (Environment.GetEnvironmentVariable("PAGE_SCREENSHOTS") is { Length: > 0 } folder)
            await page.ScreenshotAsync(Path.Combine(folder, name + ".png"), new ScreenshotOptions { FullPage = true });
    }
}
