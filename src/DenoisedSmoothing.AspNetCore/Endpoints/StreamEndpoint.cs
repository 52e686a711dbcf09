using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using DenoisedSmoothing.Votes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;
using TorchSharp;

namespace DenoisedSmoothing.AspNetCore;

/// <summary>
/// /certify/stream: the votes as they come in, then the answer, as server-sent events. Votes of an unfinished certificate show no radius: a
/// client that stops because it does not like the votes, and asks again, gets the same noise where it is keyed, and voids alpha where it is
/// fresh.
/// </summary>
internal static class StreamEndpoint
{
    public static Task<IResult> CertifyAsync(HttpContext http, SmoothedModels models, ILogger<SmoothedModel> logger) =>
        AnswerEndpoints.GuardedAsync(http, logger, async () =>
        {
            (SmoothedModel model, AnswerQuery query, int priority) = AnswerEndpoints.Open(http, models);
            torch.Tensor image = await RequestBody.ReadImageAsync(http, model.Loaded, model.Options).ConfigureAwait(false);
            try
            {
                // Refusals happen before the stream begins.
                Place place = await model.Queue.EnterAsync(priority, http.RequestAborted).ConfigureAwait(false);
                // In case the events are never read: disposing twice does no harm.
                http.Response.RegisterForDispose(image);
                http.Response.RegisterForDispose(place);
                return TypedResults.ServerSentEvents(EventsAsync(http, logger, model, query, image, place, http.RequestAborted));
            }
            catch
            {
                image.Dispose();
                throw;
            }
        });

    private static async IAsyncEnumerable<SseItem<string>> EventsAsync(
        HttpContext http, ILogger logger, SmoothedModel model, AnswerQuery query, torch.Tensor image, Place place,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using torch.Tensor owned = image;
        using Place held = place;
        Channel<VotesDocument> votes = Channel.CreateBounded<VotesDocument>(new BoundedChannelOptions(64)
        {
            FullMode = BoundedChannelFullMode.DropOldest, // sums: the newest says everything
        });
        Task<AnswerDocument> answer = AnswerAsync();
        try
        {
            await foreach (VotesDocument news in votes.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
                yield return new SseItem<string>(JsonSerializer.Serialize(news, ServingJson.Default.VotesDocument), "votes");
            yield return await LastAsync().ConfigureAwait(false);
        }
        finally
        {
            // The client may disconnect midway; the tensor and the place outlive the work.
            await answer.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default)
                .ConfigureAwait(false);
        }

        async Task<AnswerDocument> AnswerAsync()
        {
            try
            {
                return await model.CertifyAsync(image, query, Observe, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                votes.Writer.Complete();
            }
        }

        Action<VotePhase, VoteCounts> Observe()
        {
            VoteSums sums = new(query.Votes ?? model.Options.MostVotes);
            return (phase, counts) => votes.Writer.TryWrite(sums.With(phase, counts));
        }

        async Task<SseItem<string>> LastAsync()
        {
            try
            {
                return new SseItem<string>(
                    JsonSerializer.Serialize(await answer.ConfigureAwait(false), ServingJson.Default.AnswerDocument), "answer");
            }
            catch (Exception e)
            {
                (int status, string detail) = Failure.Of(e, http, logger, model.Name);
                ProblemDetails problem = new() { Status = status, Detail = detail };
                return new SseItem<string>(JsonSerializer.Serialize(problem, ServingJson.Default.ProblemDetails), "problem");
            }
        }
    }
}
