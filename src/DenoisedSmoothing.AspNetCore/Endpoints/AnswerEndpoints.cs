using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using TorchSharp;

namespace DenoisedSmoothing.AspNetCore;

/// <summary>/predict and /certify: an image in, a JSON answer out.</summary>
internal static class AnswerEndpoints
{
    private static readonly string[] s_setNames = ["model", "shape"];
    private static readonly string[] s_names = [.. QueryValues.Names, .. s_setNames];

    public static Task<IResult> PredictAsync(HttpContext http, SmoothedModels models, ILogger<SmoothedModel> logger) =>
        AnswerAsync(http, models, logger, static (model, image, query, token) => model.PredictAsync(image, query, token));

    public static Task<IResult> CertifyAsync(HttpContext http, SmoothedModels models, ILogger<SmoothedModel> logger) =>
        AnswerAsync(http, models, logger, static (model, image, query, token) => model.CertifyAsync(image, query, null, token));

    /// <summary>The calibration decides how a set is formed, so a request has only its image.</summary>
    public static Task<IResult> PredictSetAsync(HttpContext http, SmoothedModels models, ILogger<SmoothedModel> logger) =>
        GuardedAsync(http, logger, async () =>
        {
            SmoothedModel model = OpenModel(http, models, s_setNames);
            int priority = model.Options.Priority?.Invoke(http) ?? 0;
            model.CheckRoom(priority);
            _ = model.SetsOf(model.Loaded);
            return await InWorkAsync(http, model, priority, ServingJson.Default.SetDocument, model.PredictSetAsync).ConfigureAwait(false);
        });

    /// <summary>Does an endpoint's work; errors become ProblemDetails.</summary>
    public static async Task<IResult> GuardedAsync(HttpContext http, ILogger logger, Func<Task<IResult>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            (int status, string detail) = Failure.Of(e, http, logger, http.Request.Query["model"].ToString());
            return TypedResults.Problem(detail, statusCode: status);
        }
    }

    /// <summary>The model and what is asked of it, all checked, including the queue, before the body is read.</summary>
    public static (SmoothedModel Model, AnswerQuery Query, int Priority) Open(HttpContext http, SmoothedModels models)
    {
        IQueryCollection given = http.Request.Query;
        SmoothedModel model = OpenModel(http, models, s_names);
        AnswerQuery query = QueryValues.Read(key => given.TryGetValue(key, out StringValues value) ? value.ToString() : null);
        int priority = model.Options.Priority?.Invoke(http) ?? 0;
        model.CheckRoom(priority);
        model.Check(query);
        return (model, query, priority);
    }

    private static SmoothedModel OpenModel(HttpContext http, SmoothedModels models, string[] names)
    {
        IQueryCollection given = http.Request.Query;
        if (given.Keys.FirstOrDefault(key => !names.Contains(key)) is { } unknown)
            throw new RequestException($"There is no parameter '{unknown}'; there are {string.Join(", ", names)}.");
        if (given.FirstOrDefault(static pair => pair.Value.Count > 1).Key is { } twice)
            throw new RequestException($"The parameter '{twice}' is given twice.");
        return models.Named(given.TryGetValue("model", out StringValues name) ? name.ToString() : null);
    }

    private static Task<IResult> AnswerAsync(
        HttpContext http, SmoothedModels models, ILogger logger,
        Func<SmoothedModel, torch.Tensor, AnswerQuery, CancellationToken, Task<AnswerDocument>> answer) =>
        GuardedAsync(http, logger, async () =>
        {
            (SmoothedModel model, AnswerQuery query, int priority) = Open(http, models);
            return await InWorkAsync(http, model, priority, ServingJson.Default.AnswerDocument,
                (image, token) => answer(model, image, query, token)).ConfigureAwait(false);
        });

    private static async Task<IResult> InWorkAsync<T>(
        HttpContext http, SmoothedModel model, int priority, JsonTypeInfo<T> json, Func<torch.Tensor, CancellationToken, Task<T>> answer)
    {
        using torch.Tensor image = await RequestBody.ReadImageAsync(http, model.Loaded, model.Options).ConfigureAwait(false);
        using Place place = await model.Queue.EnterAsync(priority, http.RequestAborted).ConfigureAwait(false);
        return TypedResults.Json(await answer(image, http.RequestAborted).ConfigureAwait(false), json);
    }
}
