using System.Globalization;
using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing;

/// <summary>
/// PixelDP (Lecuyer et al. 2019) in its own form, on vote shares: each of K classes is bounded by Clopper-Pearson at alpha/K, the label
/// from below and every other class from above, and the radius is <see cref="LecuyerRadius"/> of the two.
/// </summary>
/// <remarks>
/// <para>
/// Soundness. One lower bound and K - 1 upper bounds at alpha/K each hold at once with probability at least 1 - alpha. The label comes from
/// votes of its own: the released code takes the winner of the votes that bound it, with one one-sided bound for each class, which the
/// union of K errors does not cover. The radius is the smaller of this one and the noise's own (<see cref="IRadiusRule.Radius"/>).
/// </para>
/// Where the label does not lead, PixelDP names it with radius 0; here that is an abstention. The released experiments take 2,000 votes and
/// alpha 0.05.
/// Predictions are Cohen's. Immutable and safe for concurrent use.
/// </remarks>
public sealed class PixelDpCertifier : ICertifier
{
    internal const string MethodName = "pixeldp";

    // Raised whenever the same votes can lead to another answer.
    private const int Version = 1;

    private readonly CohenCertifier _cohen;

    /// <summary>Creates the certifier; the defaults are those of <see cref="CohenCertifier"/>, so that the two can be compared.</summary>
    /// <param name="n0">Votes that pick the label to certify; at least 1.</param>
    /// <param name="n">Fresh votes that bound probabilities; at least 1.</param>
    /// <param name="alpha">The allowed probability that an answer is wrong, from 1e-90 to 1/2.</param>
    /// <param name="predictN">Votes of one prediction; at least 1. See <see cref="CohenCertifier.PredictN"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range; no count may exceed 2^53.</exception>
    public PixelDpCertifier(long n0 = 100, long n = 100_000, double alpha = .001, long predictN = 1000)
    {
        if (!(alpha >= 1e-90))
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "Alpha is shared among the classes and must be at least 1e-90.");
        _cohen = new CohenCertifier(n0, n, alpha, predictN);
        Method = CertificationMethod.Parse(string.Create(
            CultureInfo.InvariantCulture, $"{MethodName} n0={n0} n={n} alpha={alpha} predict={predictN} version={Version}"));
    }

    /// <summary>Votes that pick the label to certify.</summary>
    /// <value>100 by default.</value>
    public long N0 => _cohen.N0;

    /// <summary>Fresh votes that bound probabilities.</summary>
    /// <value>100,000 by default.</value>
    public long N => _cohen.N;

    /// <summary>The allowed probability that a certificate or a prediction is wrong.</summary>
    /// <value>0.001 by default.</value>
    public double Alpha => _cohen.Alpha;

    /// <inheritdoc/>
    public CertificationMethod Method { get; }

    /// <inheritdoc/>
    public VoteRange PredictionVotes => _cohen.PredictionVotes;

    /// <inheritdoc/>
    public VoteRange CertificationVotes => _cohen.CertificationVotes;

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than two classes.</exception>
    public IVoteTest<Prediction> Predict(int classCount)
    {
        VoteCheck.Classes(classCount);
        return new CohenPrediction(_cohen, classCount, Method);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than two classes.</exception>
    /// <exception cref="ArgumentException">The noise certifies another norm than l2: the theorem is of Gaussian noise.</exception>
    public IVoteTest<Certificate> Certify(int classCount, IRadiusRule rule)
    {
        VoteCheck.Classes(classCount);
        return new PixelDpCertification(this, _cohen, classCount, GaussianOnly.Check(rule));
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than two classes.</exception>
    public IReadOnlyList<string> Warnings(int classCount) => _cohen.Warnings(classCount, Alpha / classCount);

    internal static PixelDpCertifier Of(MethodParameters parameters)
    {
        parameters.Constant("version", Version);
        return new PixelDpCertifier(
            parameters.Count("n0", 100), parameters.Count("n", 100_000), parameters.Number("alpha", .001),
                parameters.Count("predict", 1000));
    }
}
