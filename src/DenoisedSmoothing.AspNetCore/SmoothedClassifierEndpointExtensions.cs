using DenoisedSmoothing;
using DenoisedSmoothing.AspNetCore;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps smoothed classifiers.</summary>
public static class SmoothedClassifierEndpointExtensions
{
    private const string FormType = "multipart/form-data", BytesType = "application/octet-stream", JsonType = "application/json";

    // Other types reach the endpoint, which says what is accepted.
    private const string AnyType = "*/*";

    /// <summary>
    /// Maps <c>/predict</c>, <c>/certify</c>, <c>/certify/stream</c>, <c>/predict-set</c> and <c>/verify</c>, and the Open Inference
    /// Protocol V2 under <c>/v2</c>, for all added classifiers. docs/serving.md describes requests and answers.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="prefix">What all paths begin with, such as <c>/smoothing</c>.</param>
    /// <returns>All endpoints, for conventions such as authorization and rate limits.</returns>
    /// <exception cref="InvalidOperationException">No classifier was added.</exception>
    public static IEndpointConventionBuilder MapSmoothedClassifiers(this IEndpointRouteBuilder endpoints, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(prefix);
        if (endpoints.ServiceProvider.GetService<SmoothedModels>() is null)
            throw new InvalidOperationException("There is no smoothed classifier: call services.AddSmoothedClassifier(name, ...) first.");
        RouteGroupBuilder group = endpoints.MapGroup(prefix);
        Answering(group.MapPost("/predict", AnswerEndpoints.PredictAsync), "Predict")
            .WithSummary("The smoothed classifier's answer, or an abstention; with a radius, only if certified at least that far.")
            .Produces<AnswerDocument>();
        Answering(group.MapPost("/certify", AnswerEndpoints.CertifyAsync), "Certify")
            .WithSummary("A class with a radius within which the answer does not change, or an abstention.")
            .Produces<AnswerDocument>();
        Answering(group.MapPost("/certify/stream", StreamEndpoint.CertifyAsync), "CertifyStream")
            .WithSummary("The votes as they come in, then the answer, as server-sent events: votes, answer, problem.")
            .Produces(StatusCodes.Status200OK, contentType: "text/event-stream");
        Answering(
            group.MapPost("/predict-set", AnswerEndpoints.PredictSetAsync), "PredictSet", "model, shape (C,H,W of a raw float32 body)")
            .WithSummary("The classes that the image may have, from one vote: over images, sets miss as often as the calibration allows.")
            .Produces<SetDocument>();
        VerifyEndpoint verify = ActivatorUtilities.CreateInstance<VerifyEndpoint>(endpoints.ServiceProvider);
        Failing(group.MapPost("/verify", (Delegate)verify.VerifyAsync).WithName("Verify"))
            .WithSummary("Recomputes a certificate from the votes that it carries.")
            .Accepts<Certificate>(JsonType, AnyType)
            .Produces<VerificationDocument>();
        InferenceEndpoints.Map(group);
        return group;
    }

    private static RouteHandlerBuilder Answering(
        RouteHandlerBuilder endpoint, string name,
        string query = "model, sigma, radius, alpha, budget (votes), seconds, seed, shape (C,H,W of a raw float32 body)") =>
        Failing(endpoint.WithName(name))
        .Accepts<IFormFile>("image/png", "image/jpeg", BytesType, JsonType, FormType, AnyType)
        .WithDescription(
            $"Query: {query}. "
            + "Body: an image file, a form with one, raw float32 values, or {\"shape\": [C,H,W], \"data\": [...]}.")
        .DisableAntiforgery(); // cookies decide nothing here

    private static RouteHandlerBuilder Failing(RouteHandlerBuilder endpoint) => endpoint
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
}
