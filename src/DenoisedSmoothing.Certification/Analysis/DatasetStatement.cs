using DenoisedSmoothing.Statistics;

namespace DenoisedSmoothing.Analysis;

/// <summary>
/// What a run over many images says with confidence about all of them: among the images counted as certified and correct, some certificates
/// may be false, each with probability at most alpha.
/// </summary>
/// <remarks>
/// Both hold for a number of images fixed before the first vote; <see cref="AnytimeStatement"/> holds however a run stops. The noise of
/// different images must be independent (distinct image indices under one seed). <see cref="OfTheseImages"/> holds for all radii at once,
/// since an image's certificate is false or not whatever the radius asked for; <see cref="OfThePopulation"/> for one radius, chosen before
/// the votes.
/// </remarks>
public static class DatasetStatement
{
    /// <summary>
    /// A lower bound on the share of exactly these images that the smoothed classifier truly answers correctly within the radius:
    /// (certified - q) / images, with q from <see cref="BinomialQuantile.Upper"/>.
    /// </summary>
    /// <param name="certified">Images certified with their own label at the radius, from 0 to <paramref name="images"/>.</param>
    /// <param name="images">All images of the run, including abstentions; at least 1.</param>
    /// <param name="alpha">The allowed probability of error of each certificate, strictly between 0 and 1.</param>
    /// <param name="rho">The allowed probability that this statement is wrong; from <see cref="ClopperPearson.MinAlpha"/> to below
    /// 1.</param>
    /// <returns>A share in [0, 1], rounded down.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static double OfTheseImages(long certified, long images, double alpha, double rho)
    {
        Check(certified, images, alpha, rho);
        long sound = certified - BinomialQuantile.Upper(images, alpha, rho);
        return sound <= 0 ? 0 : Math.BitDecrement((double)sound / images);
    }

    /// <summary>
    /// The same for the population from which the images were drawn, independently and at random: with c the Clopper-Pearson bound on the
    /// certified share at rho, (c - alpha) / (1 - alpha).
    /// </summary>
    /// <param name="certified">Images certified with their own label at the radius, from 0 to <paramref name="images"/>.</param>
    /// <param name="images">All images of the run, including abstentions; at least 1.</param>
    /// <param name="alpha">The allowed probability of error of each certificate, strictly between 0 and 1.</param>
    /// <param name="rho">The allowed probability that this statement is wrong; from <see cref="ClopperPearson.MinAlpha"/> to below
    /// 1.</param>
    /// <returns>A share in [0, 1], rounded down.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    public static double OfThePopulation(long certified, long images, double alpha, double rho)
    {
        Check(certified, images, alpha, rho);
        return WithoutFalse(ClopperPearson.Lower(certified, images, rho), alpha);
    }

    /// <summary>
    /// From a lower bound on the probability that an image is certified to one on the probability that it is truly robust: P(certified) is
    /// at most P(truly robust) + alpha P(not), solved for P(truly robust). Three roundings.
    /// </summary>
    internal static double WithoutFalse(double share, double alpha) =>
        Math.Max(0, (share - alpha) / (1 - alpha) * (1 - 8 * ElementaryFunctions.Unit) - 2 * ElementaryFunctions.Unit);

    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range.</exception>
    internal static void Check(long certified, long images, double alpha, double rho)
    {
        if (!(alpha > 0 && alpha < 1))
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "Alpha must lie strictly between 0 and 1.");
        if (!(rho >= ClopperPearson.MinAlpha && rho < 1))
            throw new ArgumentOutOfRangeException(nameof(rho), rho, "Rho must be at least 1e-100 and below 1.");

        if (images is < 1 or > ClopperPearson.MaxTrials)
            throw new ArgumentOutOfRangeException(nameof(images), images, "The number of images must be between 1 and 2^53.");
        if (certified < 0 || certified > images)
            throw new ArgumentOutOfRangeException(nameof(certified), certified,
                $"Certified images must be between 0 and the {images} images.");
    }
}
