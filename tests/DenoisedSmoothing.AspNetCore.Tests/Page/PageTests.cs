using DenoisedSmoothing.AspNetCore;
using DenoisedSmoothing.Data;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PuppeteerSharp;
using Serving;
using SkiaSharp;

namespace DenoisedSmoothing.AspNetCore.Tests;

/// <summary>
/// The sample's page in a real browser, with a model that takes no time; skipped where there is no Chromium. Set
/// SERVING_SCREENSHOTS to a folder to look at it.
/// </summary>
public sealed class PageTests(Browser browser) : IClassFixture<Browser>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<WebApplication> StartAsync(Action? beforePass = null, long mostVotes = 2_000)
    {
        WebApplication app = Server.Build("http://127.0.0.1:0", options =>
        {
            options.Load = (_, _) => new ServedPair(new SlowModel(beforePass), null) { ClassNames = ["dark", "bright"] };
            options.Batch = 32;
            options.MostVotes = mostVotes;
        });
        await app.StartAsync();
        await TestServer.UntilAsync(() => app.Services.GetRequiredService<SmoothedModel>().State == ModelState.Ready);
        return app;
    }

    private async Task<IPage> OpenAsync(WebApplication app)
    {
        IPage page = await browser.Instance!.NewPageAsync();
        page.DefaultTimeout = 60_000;
        await page.SetViewportAsync(new ViewPortOptions { Width = 900, Height = 1150 });
        await page.GoToAsync(app.Urls.Single());
        await TextAsync(page, "#status", "Ready");
        return page;
    }

    private async Task UploadAsync(IPage page, byte grey, int side = 28)
    {
        using SKBitmap bitmap = new(side, side);
        bitmap.Erase(new SKColor(grey, grey, grey));
        await UploadAsync(page, bitmap);
    }

    private async Task UploadAsync(IPage page, SKBitmap bitmap)
    {
        using SKData data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        string path = Path.Combine(_folder, $"{Guid.NewGuid():N}.png"); // the page looks at a file again only where its name is another
        await File.WriteAllBytesAsync(path, data.ToArray());
        await (await page.QuerySelectorAsync("#file")).UploadFileAsync(path);
    }

    private static Task TextAsync(IPage page, string selector, string text) => page.WaitForFunctionAsync(
        "(selector, text) => document.querySelector(selector).textContent.includes(text)", selector, text);

    private static Task<string> TextOfAsync(IPage page, string selector) =>
        page.EvaluateFunctionAsync<string>("selector => document.querySelector(selector).textContent", selector);

    private static async Task ShootAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("SERVING_SCREENSHOTS") is { Length: > 0 } folder)
            await page.ScreenshotAsync(Path.Combine(folder, name + ".png"));
    }

    [SkippableFact]
    public async Task Upload_shows_votes_answer_radius_and_copies_and_the_certificate_can_be_rechecked()
    {
        Skip.If(browser.Instance is null, "There is no Chromium here.");
        await using WebApplication app = await StartAsync();
        await using IPage page = await OpenAsync(app);
        List<string> errors = [];
        page.PageError += (_, e) => errors.Add(e.Message);
        await UploadAsync(page, 100);
        await page.TypeAsync("#radius", "0.5");
        await page.ClickAsync("#start");
        await TextAsync(page, "#answer", "bright");
        (await TextOfAsync(page, "#meaning")).Should().Contain("within l2 distance 0.").And.Contain("or none");
        (await TextOfAsync(page, "#votes")).Should().Contain("bright");
        await page.WaitForFunctionAsync("() => document.querySelectorAll('#denoised img').length === 4");
        (await page.EvaluateFunctionAsync<double>("() => parseFloat(document.querySelector('#share').style.width)"))
            .Should().BeInRange(50, 100);

        await page.Client.SendAsync("Browser.setDownloadBehavior", new { behavior = "allow", downloadPath = _folder });
        await page.ClickAsync("#download");
        string path = Path.Combine(_folder, "certificate.json");
        await TestServer.UntilAsync(() => File.Exists(path));
        string json = await File.ReadAllTextAsync(path);
        await (await page.QuerySelectorAsync("#recheck")).UploadFileAsync(path);
        await TextAsync(page, "#checked", "is what its votes give");
        await ShootAsync(page, "answer");

        string doctored = System.Text.RegularExpressions.Regex.Replace(json, "\"radius\":[0-9.]+", "\"radius\":3.5");
        doctored.Should().NotBe(json);
        string wrong = Path.Combine(_folder, "doctored.json");
        await File.WriteAllTextAsync(wrong, doctored);
        await (await page.QuerySelectorAsync("#recheck")).UploadFileAsync(wrong);
        await TextAsync(page, "#checked", "radius");
        (await page.EvaluateFunctionAsync<string>("() => document.querySelector('#checked').className")).Should().Be("bad");
        errors.Should().BeEmpty();
    }

    /// <summary>The page as it comes, with the bundled pair and a shirt of the test set: docs/serving.png is its picture.</summary>
    [SkippableFact]
    [Trait("Category", "Slow")]
    public async Task Upload_to_the_bundled_pair_shows_the_class_its_radius_and_copies()
    {
        Skip.If(browser.Instance is null, "There is no Chromium here.");
        await using WebApplication app = Server.Build("http://127.0.0.1:0");
        await app.StartAsync();
        await using IPage page = await OpenAsync(app);
        LabeledImages images = FashionMnistPair.TestImages();
        using (TorchSharp.torch.Tensor image = images.Image(0))
        using (SKBitmap bitmap = new(28, 28))
        {
            float[] pixels = image.data<float>().ToArray();
            for (int i = 0; i < pixels.Length; i++)
            {
                byte grey = (byte)Math.Round(255 * pixels[i]);
                bitmap.SetPixel(i % 28, i / 28, new SKColor(grey, grey, grey));
            }

            await UploadAsync(page, bitmap);
        }

        await page.TypeAsync("#radius", "0.25");
        await page.ClickAsync("#start");
        await TextAsync(page, "#answer", "Ankle boot");
        await page.WaitForFunctionAsync("() => document.querySelectorAll('#denoised img').length === 4");
        (await TextOfAsync(page, "#meaning")).Should().Contain("within l2 distance 0.");
        await ShootAsync(page, "bundled");
    }

    [SkippableFact]
    public async Task Guard_out_of_reach_of_the_votes_shows_an_abstention()
    {
        Skip.If(browser.Instance is null, "There is no Chromium here.");
        await using WebApplication app = await StartAsync();
        await using IPage page = await OpenAsync(app);
        await UploadAsync(page, 78); // 0.306 against a threshold of 0.3: 0.17 away over 28 x 28
        await page.TypeAsync("#radius", "0.5");
        await page.ClickAsync("#start");
        await TextAsync(page, "#answer", "No answer");
        (await TextOfAsync(page, "#meaning")).Should().Contain("0.5");
        await ShootAsync(page, "abstention");
    }

    [SkippableFact]
    public async Task File_that_is_no_image_shows_the_servers_words()
    {
        Skip.If(browser.Instance is null, "There is no Chromium here.");
        await using WebApplication app = await StartAsync();
        await using IPage page = await OpenAsync(app);
        string path = Path.Combine(_folder, $"{Guid.NewGuid():N}.png"); // the page looks at a file again only where its name is another
        await File.WriteAllTextAsync(path, "not an image");
        await (await page.QuerySelectorAsync("#file")).UploadFileAsync(path);
        await page.ClickAsync("#start");
        await TextAsync(page, "#status", "an image is needed");
        await UploadAsync(page, 100, side: 40);
        await page.ClickAsync("#start");
        await TextAsync(page, "#status", "28x28");
        await ShootAsync(page, "error");
        (await page.EvaluateFunctionAsync<bool>("() => document.querySelector('#start').disabled")).Should().BeFalse("one can try again");
    }

    [SkippableFact]
    public async Task Cancel_stops_the_work_and_says_so()
    {
        Skip.If(browser.Instance is null, "There is no Chromium here.");
        await using WebApplication app = await StartAsync(() => Thread.Sleep(50), mostVotes: 1_000_000);
        SmoothedModel model = app.Services.GetRequiredService<SmoothedModel>();
        await using IPage page = await OpenAsync(app);
        await UploadAsync(page, 77); // on the fence: it would take all votes
        await page.ClickAsync("#start");
        await page.WaitForFunctionAsync("() => document.querySelectorAll('.vote').length > 0");
        await page.ClickAsync("#cancel");
        await TextAsync(page, "#status", "Cancelled");
        await TestServer.UntilAsync(() => model.Queue.InWork == 0);
        (await TextOfAsync(page, "#answer")).Should().BeEmpty();
        await ShootAsync(page, "cancelled");
    }

    private sealed class SlowModel(Action? before) : IBaseClassifier, IDescribed
    {
        private readonly TinyModel _inner = new();

        public int ClassCount => _inner.ClassCount;

        public PartInfo Info => _inner.Info;

        public TorchSharp.torch.Tensor Score(TorchSharp.torch.Tensor noisy, NoiseContext noise)
        {
            before?.Invoke();
            return _inner.Score(noisy, noise);
        }
    }
}
