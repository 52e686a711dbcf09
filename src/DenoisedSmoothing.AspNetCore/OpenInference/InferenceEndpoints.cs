using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using TorchSharp;

namespace DenoisedSmoothing.AspNetCore;

/// <summary>The Open Inference Protocol V2 over REST, with the binary tensor data extension.</summary>
internal static class InferenceEndpoints
{
    private const string Version = "1"; // the fingerprint identifies a model, but the protocol wants a number

    private static readonly string s_software = typeof(InferenceEndpoints).Assembly.GetName().Version?.ToString(3) ?? "0";

    // What Triton's clients also send, on which no answer depends here.
    private static readonly string[] s_ignored =
        ["binary_data_output", "sequence_id", "sequence_start", "sequence_end", "priority", "timeout"];

    public static void Map(RouteGroupBuilder group)
    {
        RouteGroupBuilder v2 = group.MapGroup("/v2");
        v2.MapGet("/", () => Json(
            new ServerMetadata("denoised-smoothing", s_software, ["binary_tensor_data"]),
            InferenceJson.Default.ServerMetadata));
        v2.MapGet("/health/live", () => Json(new ServerState(true, true), InferenceJson.Default.ServerState));
        v2.MapGet("/health/ready", (SmoothedModels models) => ReadyIf(models.All(static model => model.State == ModelState.Ready)));
        foreach (string path in new[] { "/models/{name}", "/models/{name}/versions/{version}" })
        {
            v2.MapGet(path, (HttpContext http, string name, string? version, SmoothedModels models, ILogger<SmoothedModel> logger) =>
                Guarded(http, logger, name, () => Task.FromResult(Metadata(Find(models, name, version)))));
            v2.MapGet(path + "/ready", (HttpContext http, string name, string? version, SmoothedModels models,
                ILogger<SmoothedModel> logger) => Guarded(http, logger, name,
                () => Task.FromResult(ReadyIf(Find(models, name, version).State == ModelState.Ready))));
            v2.MapPost(path + "/infer", (HttpContext http, string name, string? version, SmoothedModels models,
                ILogger<SmoothedModel> logger) => Guarded(http, logger, name, () => InferAsync(http, Find(models, name, version))));
        }
    }

    private static SmoothedModel Find(SmoothedModels models, string name, string? version) =>
        version is null or Version
        ? models.Named(name)
        : throw new RequestException(
            $"The model '{name}' has only the version {Version}, not '{version}'.", StatusCodes.Status404NotFound);

    private static IResult ReadyIf(bool ready) => Json(
        new ServerState(true, ready), InferenceJson.Default.ServerState,
        ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);

    private static IResult Metadata(SmoothedModel model)
    {
        LoadedModel loaded = model.Loaded;
        InputShape? shape = loaded.Usual.InputShape;
        SmoothedClassifierOptions options = model.Options;
        return Json(
            new ModelMetadata(
                model.Name, [Version], "denoised-smoothing",
                [new TensorMetadata(InferenceInput.Name, "FP32", [-1, shape?.Channels ?? -1, shape?.Height ?? -1, shape?.Width ?? -1])],
                InferenceOutput.Metadata,
                new ModelParameters(
                    [.. loaded.BySigma.Keys], LoadedModel.MethodOf(options).ToString(), options.MostVotes, options.MostTime.TotalSeconds,
                    options.Noise.ToString().ToLowerInvariant(), loaded.Fingerprint, loaded.ClassNames)),
            InferenceJson.Default.ModelMetadata);
    }

    private static async Task<IResult> InferAsync(HttpContext http, SmoothedModel model)
    {
        int priority = model.Options.Priority?.Invoke(http) ?? 0;
        model.CheckRoom(priority);
        InferenceBody body = InferenceBody.Parse(
            await RequestBody.ReadAsync(http, model.Options.MostBytes).ConfigureAwait(false), http.Request);
        AnswerQuery query = QueryOf(body.Request);
        model.Check(query);
        IReadOnlyList<(string, bool)> wanted = InferenceOutput.Wanted(body.Request);
        List<torch.Tensor> images = InferenceInput.Read(body, model.Loaded, model.Options);
        AnswerDocument[] answers;
        // One image's error stops the others: a request is answered as a whole.
        using CancellationTokenSource whole = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        Task<AnswerDocument>[] answering = [.. images.Select(AnswerAsync)];
        try
        {
            answers = await Task.WhenAll(answering).ConfigureAwait(false);
        }
        catch (Exception) when (FirstError(answering) is { } first && !http.RequestAborted.IsCancellationRequested)
        {
            throw first;
        }
        finally
        {
            images.ForEach(static image => image.Dispose());
        }

        (OutputTensor[] tensors, byte[] tail) = InferenceOutput.Write(wanted, answers);
        InferenceResponse response = new()
        {
            ModelName = model.Name,
            ModelVersion = Version,
            Id = body.Request.Id,
            Outputs = tensors,
        };
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(response, InferenceJson.Default.InferenceResponse);
        if (tail.Length == 0)
            return TypedResults.Bytes(json, "application/json");
        http.Response.Headers[InferenceBody.LengthHeader] = json.Length.ToString(CultureInfo.InvariantCulture);
        return TypedResults.Bytes((byte[])[.. json, .. tail], "application/octet-stream");

        async Task<AnswerDocument> AnswerAsync(torch.Tensor image)
        {
            try
            {
                using Place place = await model.Queue.EnterAsync(priority, whole.Token).ConfigureAwait(false);
                return await model.CertifyAsync(image, query, null, whole.Token).ConfigureAwait(false);
            }
            catch
            {
                await whole.CancelAsync().ConfigureAwait(false);
                throw;
            }
        }
    }

    // The one that cancelled the others.
    private static Exception? FirstError(IEnumerable<Task> tasks) => tasks
        .Select(static task => task.Exception?.InnerException)
        .FirstOrDefault(static error => error is not null and not OperationCanceledException);

    private static AnswerQuery QueryOf(InferenceRequest request)
    {
        if (request.Parameters is not { } given)
            return new AnswerQuery();
        if (given.Keys.FirstOrDefault(static key => !QueryValues.Names.Contains(key) && !s_ignored.Contains(key)) is { } unknown)
            throw new RequestException($"There is no parameter '{unknown}'; there are {string.Join(", ", QueryValues.Names)}.");
        return QueryValues.Read(name => given.TryGetValue(name, out JsonElement value)
            ? value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText()
            : null);
    }

    private static async Task<IResult> Guarded(HttpContext http, ILogger logger, string model, Func<Task<IResult>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            (int status, string detail) = Failure.Of(e, http, logger, model);
            return Json(new InferenceError(detail), InferenceJson.Default.InferenceError, status);
        }
    }

    private static IResult Json<T>(T value, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK) =>
        TypedResults.Json(value, type, statusCode: status);
}
