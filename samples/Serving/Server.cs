using DenoisedSmoothing;
using DenoisedSmoothing.AspNetCore;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;

namespace Serving;

/// <summary>A server of the bundled pair, with a page. A server of your own is the three lines that are marked.</summary>
internal static class Server
{
    public static WebApplication Build(string urls, Action<SmoothedClassifierOptions>? configure = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(urls);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);

        builder.Services.AddSmoothedClassifier("fashion", options => // 1: your model, or one that the configuration names
        {
            options.Load = LoadPair;
            options.Sigmas = [0.25, 0.5, 1];
            options.Batch = 64; // on a CPU a short pass answers sooner
            configure?.Invoke(options);
        });
        builder.Services.AddSingleton<DenoisedCopies>();
        builder.Services.AddOpenApi();

        WebApplication app = builder.Build(); // 2
        app.MapSmoothedClassifiers(); // 3
        app.MapHealthChecks("/healthz");
        app.MapOpenApi();
        MapPage(app);
        return app;
    }

    private static ServedPair LoadPair(IServiceProvider services, string device)
    {
        FashionMnistPair pair = FashionMnistPair.Load(device);
        return new ServedPair(pair.Denoiser, pair.Classifier, pair) { ClassNames = FashionMnistPair.TestImages().ClassNames };
    }

    private static void MapPage(WebApplication app)
    {
        app.Use((http, next) =>
        {
            http.Response.Headers.ContentSecurityPolicy = "default-src 'self'; img-src 'self' data: blob:; frame-ancestors 'none'";
            http.Response.Headers.XContentTypeOptions = "nosniff";
            return next(http);
        });
        PhysicalFileProvider page = new(Path.Combine(AppContext.BaseDirectory, "page"));
        app.UseFileServer(new FileServerOptions { FileProvider = page });
        app.MapGet("/samples/{index:int}", (int index, DenoisedCopies copies) =>
            index is >= 0 and < 500 ? Results.Bytes(copies.TestImage(index), "image/png") : Results.NotFound());
        app.MapPost("/denoised", async (HttpContext http, DenoisedCopies copies, double sigma) =>
        {
            if (http.Request.ContentLength is null or > 1 << 20)
                return Results.Problem("An image of at most 1 MB is wanted.", statusCode: StatusCodes.Status413PayloadTooLarge);
            using MemoryStream body = new();
            await http.Request.Body.CopyToAsync(body, http.RequestAborted);
            try
            {
                return Results.Json(await Task.Run(() => copies.Draw(body.ToArray(), sigma)));
            }
            catch (ArgumentException e)
            {
                return Results.Problem(e.Message, statusCode: StatusCodes.Status400BadRequest);
            }
        });
    }
}
