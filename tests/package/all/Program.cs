using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using DenoisedSmoothing;
using DenoisedSmoothing.AspNetCore;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.OnnxRuntime;
using DenoisedSmoothing.Training;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TorchSharp;

// The bundled pair certifies one of its images; the other packages load and say no for the right reason.
using FashionMnistPair pair = FashionMnistPair.Load();
LabeledImages images = FashionMnistPair.TestImages();
SmoothedClassifier smoothed = new(pair.Denoiser, pair.Classifier, sigma: 0.25, new CohenCertifier(n: 100), new SmoothingOptions
{
    Seed = 1,
});
using torch.Tensor image = images.Image(1);
Certificate certificate = smoothed.Certify(image);
Console.WriteLine($"label {certificate.Label} of {images.Label(1)}");
try
{
    OnnxClassifier.Load("missing.onnx");
}
catch (Exception e) when (e is IOException or ArgumentException)
{
    Console.WriteLine("no such model");
}

Console.WriteLine(typeof(TrainingProgress).Namespace);
Console.WriteLine($"served {await ServedLabelAsync(image.bytes.ToArray())}");

// The pair behind HTTP, asked once.
async Task<string> ServedLabelAsync(byte[] floats)
{
    WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
    builder.WebHost.UseUrls("http://127.0.0.1:0");
    builder.Logging.ClearProviders();
    builder.Services.AddSmoothedClassifier("fashion", options =>
    {
        options.Sigmas = [0.25];
        options.Load = (_, _) => new ServedPair(pair.Denoiser, pair.Classifier);
    });
    await using WebApplication app = builder.Build();
    app.MapSmoothedClassifiers();
    await app.StartAsync();
    SmoothedModel model = app.Services.GetRequiredKeyedService<SmoothedModel>("fashion");
    while (model.State == ModelState.Loading)
        await Task.Delay(20);
    using HttpClient client = new() { BaseAddress = new Uri(app.Urls.Single()) };
    using ByteArrayContent body = new(floats) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
    using HttpResponseMessage response = await client.PostAsync("/predict?radius=0.1&shape=1,28,28", body);
    response.EnsureSuccessStatusCode();
    using JsonDocument answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
    return answer.RootElement.GetProperty("label").GetInt32().ToString(CultureInfo.InvariantCulture);
}
