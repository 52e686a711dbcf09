using System.Globalization;
using DenoisedSmoothing.Sampling;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DenoisedSmoothing.AspNetCore;

/// <summary>What a client is told about an error: the same for every protocol.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">A sentence.</param>
internal sealed record Failure(int Status, string Detail)
{
    private const int ClientClosedRequest = 499;

    /// <summary>Classifies an error, logs it where it is the server's, and sets Retry-After where it helps.</summary>
    public static Failure Of(Exception error, HttpContext http, ILogger logger, string model)
    {
        switch (error)
        {
            case RequestException request:
                return new Failure(request.Status, request.Message);
            case BadHttpRequestException bad:
                return new Failure(bad.StatusCode, bad.Message);
            case RefusedException refused:
                logger.Refused(model, refused.Reason);
                if (refused.RetryAfter is { } wait && !http.Response.HasStarted)
                    http.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
                return new Failure(StatusCodes.Status503ServiceUnavailable, refused.Message);
            case OperationCanceledException when http.RequestAborted.IsCancellationRequested:
                return new Failure(ClientClosedRequest, "The client went away.");
            case var memory when OutOfMemory.Is(memory):
                logger.NotAnswered(memory, model);
                return new Failure(
                    StatusCodes.Status503ServiceUnavailable, "The server does not have enough memory for this image at the moment.");
            default:
                logger.NotAnswered(error, model);
                // The library's own messages about a model may be shown to strangers; a model's may not.
                return new Failure(
                    StatusCodes.Status500InternalServerError,
                    error is InvalidOperationException && error.Message.StartsWith("The base classifier", StringComparison.Ordinal)
                        ? error.Message
                        : "The server failed on this image; its log says why.");
        }
    }
}
