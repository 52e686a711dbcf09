using DenoisedSmoothing.PredictionSets;
using DenoisedSmoothing.Votes;
using Microsoft.AspNetCore.Http;
using TorchSharp;

namespace DenoisedSmoothing.AspNetCore;

// How a request is answered, once it has a place.
public sealed partial class SmoothedModel
{
    /// <summary>Checks what can be checked about a query before it has a place.</summary>
    /// <exception cref="RequestException">It asks for something that is not served.</exception>
    internal void Check(AnswerQuery query)
    {
        if (query.Seed is not null && !Options.AllowSeeds)
            throw new RequestException("This server takes no seeds: a certificate under a seed of the client's choice proves nothing.");
        if (query.Votes > Options.MostVotes)
            throw new RequestException($"budget is {query.Votes}; this model spends at most {Options.MostVotes} votes on an image.");
        if (query.Seconds > Options.MostTime.TotalSeconds)
        {
            throw new RequestException(
                $"seconds is {query.Seconds}; this model spends at most {Options.MostTime.TotalSeconds} s on an image.");
        }

        _ = Loaded.Statistics.For(query with { Radius = null, Alpha = null });
    }

    /// <summary>Predicts; with a guard it certifies.</summary>
    internal async Task<AnswerDocument> PredictAsync(torch.Tensor image, AnswerQuery query, CancellationToken cancellationToken)
    {
        if (query.Radius is not null)
            return await CertifyAsync(image, query, null, cancellationToken).ConfigureAwait(false);
        LoadedModel loaded = Loaded;
        SmoothedClassifier smoothed = loaded.Statistics.For(query);
        if (query.Seed is { } seed)
            smoothed = smoothed.With(loaded.Statistics.Certifier(query), seed);
        Prediction prediction = await Taken(() => smoothed.PredictAsync(Bounded(image, query), cancellationToken)).ConfigureAwait(false);
        return loaded.Answers.Of(prediction, NoiseOf(query));
    }

    /// <summary>Certifies.</summary>
    /// <param name="image">float32 [C,H,W] in [0,1].</param>
    /// <param name="query">What is asked for.</param>
    /// <param name="observe">Begins to observe a test, which may restart from nothing; null where nothing observes it.</param>
    /// <param name="cancellationToken">Cancels between batches.</param>
    internal async Task<AnswerDocument> CertifyAsync(
        torch.Tensor image, AnswerQuery query, Func<Action<VotePhase, VoteCounts>>? observe, CancellationToken cancellationToken)
    {
        LoadedModel loaded = Loaded;
        SmoothedClassifier smoothed = loaded.Statistics.For(query);
        if (observe is not null || query.Seed is not null)
        {
            ICertifier certifier = loaded.Statistics.Certifier(query);
            smoothed = smoothed.With(observe is null ? certifier : new ObservingCertifier(certifier, observe), query.Seed);
        }

        Certificate certificate = await Taken(() => smoothed.CertifyAsync(Bounded(image, query), cancellationToken)).ConfigureAwait(false);
        Audit(certificate);
        AnswerDocument answer = loaded.Answers.Of(certificate, query.Radius, NoiseOf(query));
        if (answer.Abstained && !certificate.Abstained)
            _telemetry.NotFarEnough();
        return answer;
    }

    /// <summary>The robust prediction set, from one vote.</summary>
    /// <exception cref="RequestException">No calibration was configured.</exception>
    internal async Task<SetDocument> PredictSetAsync(torch.Tensor image, CancellationToken cancellationToken)
    {
        LoadedModel loaded = Loaded;
        RobustSetClassifier sets = SetsOf(loaded);
        PredictionSet set = await Taken(() => sets.PredictSetAsync(new SmoothingImage(image), cancellationToken)).ConfigureAwait(false);
        return new SetDocument(
            Name, set.Labels, loaded.ClassNames is { } names ? [.. set.Labels.Select(label => names[label])] : null, set.Radius,
            set.Miscoverage, set);
    }

    /// <exception cref="RequestException">No calibration was configured.</exception>
    internal RobustSetClassifier SetsOf(LoadedModel loaded) => loaded.Sets ?? throw new RequestException(
        $"The model '{Name}' was not calibrated for prediction sets.", StatusCodes.Status404NotFound);

    // Errors in a request are reported at once; later ones are the model's.
    private static Task<T> Taken<T>(Func<Task<T>> call)
    {
        try
        {
            return call();
        }
        catch (ArgumentException e)
        {
            throw new RequestException(e.Message);
        }
    }

    // Whatever is asked, the model's own bounds apply.
    private SmoothingImage Bounded(torch.Tensor image, AnswerQuery query) => new(image)
    {
        Budget = new Budget
        {
            Votes = query.Votes ?? Options.MostVotes,
            Time = query.Seconds is { } seconds ? TimeSpan.FromSeconds(seconds) : Options.MostTime,
        },
    };

    private string NoiseOf(AnswerQuery query) => query.Seed is not null ? "seed" : Options.Noise == NoiseKeys.Keyed ? "keyed" : "fresh";

    private void Audit(Certificate certificate)
    {
        foreach (ICertificateAudit audit in _audits)
        {
            try
            {
                audit.Record(Name, certificate);
            }
            catch (Exception e) // whatever it is, it does not fail the answer
            {
                _logger.NotAudited(e, Name);
            }
        }
    }
}
