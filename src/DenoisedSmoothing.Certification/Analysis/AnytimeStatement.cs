using System.Collections.Concurrent;
using DenoisedSmoothing.Statistics;

namespace DenoisedSmoothing.Analysis;

/// <summary>
/// The statements of <see cref="DatasetStatement"/> for runs whose number of images was not fixed beforehand: they hold at every moment of
/// a run at once, so you may stop at any time, for any reason, or look at a log that is still being written. They are a little weaker.
/// </summary>
public static class AnytimeStatement
{
    /// <summary>The number of steps in which lower bounds on a share are given.</summary>
    private const int Steps = 1000;

    private static readonly ConcurrentDictionary<double, Lazy<AnytimeEvidence>[]> s_shares = new();

    /// <summary>
    /// A lower bound on the share of the images so far that the smoothed classifier truly answers correctly within the radius: (certified -
    /// q) / images, where q is the largest number of false certificates among that many that is not rejected at rho.
    /// </summary>
    /// <param name="certified">Images so far that are certified with their own label at the radius, from 0 to
    /// <paramref name="images"/>.</param>
    /// <param name="images">All images so far, including abstentions; at least 1.</param>
    /// <param name="alpha">The allowed probability of error of each certificate, given all before it; strictly between 0 and 1.</param>
    /// <param name="rho">The allowed probability that any statement of the run is wrong; from <see cref="ClopperPearson.MinAlpha"/> to
    /// below 1.</param>
    /// <returns>A share in [0, 1], rounded down.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static double OfTheseImages(long certified, long images, double alpha, double rho)
    {
        DatasetStatement.Check(certified, images, alpha, rho);
        long sound = certified - MostFalse(images, alpha, rho);
        return sound <= 0 ? 0 : Math.BitDecrement((double)sound / images);
    }

    /// <summary>
    /// The same for the population from which the images are drawn, independently and at random; cut to thousandths before false
    /// certificates are taken off.
    /// </summary>
    /// <inheritdoc cref="OfTheseImages"/>
    public static double OfThePopulation(long certified, long images, double alpha, double rho)
    {
        DatasetStatement.Check(certified, images, alpha, rho);
        Lazy<AnytimeEvidence>[] shares = s_shares.GetOrAdd(rho, static rho =>
            [.. Enumerable.Range(1, Steps - 1)
                .Select(step => new Lazy<AnytimeEvidence>(() => new AnytimeEvidence((double)step / Steps, rho)))]);

        // A share counts as exceeded only where every smaller one does too: if the true share is p, the first step from p on has to be
        // rejected for the bound to pass p, and that happens with probability at most rho.
        int step = 0;
        while (step < shares.Length && shares[step].Value.Rejects(certified, images))
            step++;
        return DatasetStatement.WithoutFalse(Math.BitDecrement((double)step / Steps), alpha);
    }

    /// <summary>The most false certificates among the first m that cannot be rejected, at any m of a run at once.</summary>
    /// <param name="images">m, at least 1.</param>
    /// <param name="alpha">The probability of each, strictly between 0 and 1.</param>
    /// <param name="rho">The allowed probability that there ever are more.</param>
    internal static long MostFalse(long images, double alpha, double rho)
    {
        AnytimeEvidence evidence = new(alpha, rho);
        return Bisection.First(1, images + 1, count => evidence.Rejects(count, images)) - 1;
    }
}
