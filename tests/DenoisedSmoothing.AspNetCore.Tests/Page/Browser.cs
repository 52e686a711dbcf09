using PuppeteerSharp;

namespace DenoisedSmoothing.AspNetCore.Tests;

/// <summary>The Chromium of this machine, without a window; null where there is none.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string[] s_paths =
        ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium"];

    public IBrowser? Instance { get; private set; }

    public async Task InitializeAsync()
    {
        if (Array.Find(s_paths, File.Exists) is { } path)
        {
            Instance = await Puppeteer.LaunchAsync(new LaunchOptions
            {
                ExecutablePath = path,
                Headless = true,
                // A container has no sandbox to give to root, and little shared memory.
                Args = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
                Timeout = 60_000,
            });
        }
    }

    public async Task DisposeAsync()
    {
        if (Instance is not null)
            await Instance.DisposeAsync();
    }
}
