using System.Globalization;
using DenoisedSmoothing.Statistics;
using Microsoft.Extensions.Caching.Memory;

namespace DenoisedSmoothing.AspNetCore;

/// <summary>
/// The smoothed classifier for a request: one of the served noise levels, with statistics for the requested radius and alpha. All those at
/// one level share forward passes.
/// </summary>
/// <param name="bySigma">By noise level, the usual one first.</param>
/// <param name="method">The statistics where no radius is asked for.</param>
/// <param name="mostVotes">The most votes for one image.</param>
internal sealed class ServedStatistics(
    IReadOnlyDictionary<double, SmoothedClassifier> bySigma, CertificationMethod method, long mostVotes) : IDisposable
{
    // A plan takes time to make, so it is kept; but a client may ask for any number of radii, so only a few are kept.
    private const int MostKept = 256;

    private readonly MemoryCache _kept = new(new MemoryCacheOptions { SizeLimit = MostKept });

    /// <exception cref="RequestException">Sigma is not served, or alpha or radius is out of reach.</exception>
    public SmoothedClassifier For(AnswerQuery query)
    {
        double sigma = query.Sigma ?? bySigma.Keys.First();
        if (!bySigma.TryGetValue(sigma, out SmoothedClassifier? smoothed))
        {
            throw new RequestException(string.Create(CultureInfo.InvariantCulture,
                $"sigma is {sigma}; this model serves {string.Join(", ", bySigma.Keys.Select(Plain))}."));
        }

        if (query.Radius is null && query.Alpha is null)
            return smoothed;
        try
        {
            return _kept.GetOrCreate((sigma, query.Radius, query.Alpha), entry =>
            {
                entry.Size = 1;
                return smoothed.With(Certifier(query));
            })!;
        }
        catch (ArgumentException e)
        {
            throw new RequestException(e.Message);
        }
    }

    /// <summary>The statistics for a request.</summary>
    public ICertifier Certifier(AnswerQuery query)
    {
        double alpha = query.Alpha ?? Alpha;
        if (alpha < ClopperPearson.MinAlpha)
            throw new RequestException($"alpha is {Plain(alpha)}; it must be at least {Plain(ClopperPearson.MinAlpha)}.");
        if (query.Radius is { } radius)
            return Guard(radius, alpha);
        return Certifiers.Create(query.Alpha is null ? method : new CertificationMethod(
            method.Name,
            [.. method.Parameters.Where(static p => p.Key != "alpha"), new("alpha", Plain(alpha))]));
    }

    public void Dispose() => _kept.Dispose();

    private double Alpha => method.Parameters.TryGetValue("alpha", out string? text)
        ? PlainNumber.Parse(text, "alpha")
        : new SequentialOptions().Alpha;

    private SequentialCertifier Guard(double radius, double alpha) => new(new SequentialOptions
    {
        TargetRadii = [radius],
        Alpha = alpha,
        Budget = mostVotes,
        PredictBudget = mostVotes,
    });

    private static string Plain(double number) => number.ToString(CultureInfo.InvariantCulture);
}
