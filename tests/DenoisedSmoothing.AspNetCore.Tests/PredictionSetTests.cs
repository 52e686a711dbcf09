using System.Text.Json;
using DenoisedSmoothing.PredictionSets;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.AspNetCore.Tests;

/// <summary>Robust prediction sets over HTTP.</summary>
public sealed class PredictionSetTests : IDisposable
{
    private const double Sigma = .25, Radius = .125, Miscoverage = .1;

    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task PredictSet_holds_the_classes_that_the_image_may_have()
    {
        await using TestServer server = await TestServer.StartAsync(options =>
            (options.Calibration, options.ClassNames) = (Calibrated(new FakeModel()), ["dark", "bright"]));

        JsonElement bright = await server.AnswerAsync("/predict-set", .9f), dark = await server.AnswerAsync("/predict-set?model=fake", .1f);

        Labels(bright).Should().Equal(1);
        Labels(dark).Should().Equal(0);
        bright.GetProperty("classNames").EnumerateArray().Single().GetString().Should().Be("bright");
        (bright.GetProperty("radius").GetDouble(), bright.GetProperty("miscoverage").GetDouble()).Should().Be((Radius, Miscoverage));
        bright.GetProperty("set").GetProperty("provenance").ValueKind.Should().Be(JsonValueKind.Object);
    }

    /// <summary>A set is drawn anew for every request: near the border between the classes, the same image has different scores.</summary>
    [Fact]
    public async Task PredictSet_has_noise_of_its_own_for_every_request()
    {
        await using TestServer server = await TestServer.StartAsync(options => options.Calibration = Calibrated(new FakeModel()));

        double[] scores = new double[4];
        for (int i = 0; i < scores.Length; i++)
        {
            JsonElement answer = await server.AnswerAsync("/predict-set", .5f);
            scores[i] = answer.GetProperty("set").GetProperty("scores")[0].GetDouble();
        }

        scores.Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task PredictSet_without_finite_scores_holds_every_class()
    {
        await using TestServer server = await TestServer.StartAsync(options => options.Calibration = Calibrated(new FakeModel()));
        server.Model.Before = noisy => full([noisy.shape[0], 2], float.NaN);

        JsonElement answer = await server.AnswerAsync("/predict-set", .9f);

        Labels(answer).Should().Equal(0, 1);
        answer.GetProperty("set").GetProperty("scores")[1].GetString().Should().Be("NaN");
    }

    [Fact]
    public async Task PredictSet_without_a_calibration_says_so()
    {
        await using TestServer server = await TestServer.StartAsync();

        using HttpResponseMessage response = await server.PostAsync("/predict-set", .9f);

        (await TestServer.JsonOf(response, 404)).GetProperty("detail").GetString().Should().Contain("'fake' was not calibrated");
    }

    [Fact]
    public async Task PredictSet_takes_no_parameter_that_the_calibration_fixes()
    {
        await using TestServer server = await TestServer.StartAsync(options => options.Calibration = Calibrated(new FakeModel()));

        using HttpResponseMessage response = await server.PostAsync("/predict-set?radius=0.5", .9f);

        (await TestServer.JsonOf(response, 400)).GetProperty("detail").GetString().Should().Contain("no parameter 'radius'");
    }

    [Fact]
    public async Task Start_calibration_of_another_model_is_not_served()
    {
        await using TestServer server = await TestServer.StartAsync(
            options => options.Calibration = Calibrated(new FakeModel("another")), ready: false);

        await TestServer.UntilAsync(() => server.Served.State == ModelState.Failed);

        server.Served.Error!.Message.Should().Contain("base classifier is another, here it is brightness");
        server.Model.IsDisposed.Should().BeTrue();
    }

    private static int[] Labels(JsonElement answer) => [.. answer.GetProperty("labels").EnumerateArray().Select(label => label.GetInt32())];

    // Half dark and half bright images, the labels as the model has them.
    private string Calibrated(FakeModel model)
    {
        using DisposeScope scope = NewDisposeScope();
        (SmoothingImage Image, int Label)[] images = [.. Enumerable.Range(0, 60).Select(i =>
            (new SmoothingImage(full([1, FakeModel.Side, FakeModel.Side], i % 2 == 0 ? .2f : .8f), i), i % 2))];
        string path = Path.Combine(_folder, "sets.json");
        new PredictionSetCalibrator(model, Sigma).Calibrate(images, Radius, Miscoverage).Write(path);
        return path;
    }
}
