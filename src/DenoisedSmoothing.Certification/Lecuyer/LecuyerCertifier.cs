using System.Globalization;
using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing;

/// <summary>
/// Cohen's certifier with the radius of Lecuyer et al. 2019 in place of Cohen's, for comparison: the same votes and the same bound on the
/// label, and <see cref="LecuyerRadius"/> of it.
/// </summary>
/// <remarks>
/// Soundness: the radius is the smaller of this one and the noise's own (<see cref="IRadiusRule.Radius"/>), which it never exceeds but by
/// what the grid costs.
/// Predictions are Cohen's. Immutable and safe for concurrent use.
/// </remarks>
public sealed class LecuyerCertifier : ICertifier
{
    internal const string MethodName = "lecuyer";

    // Raised whenever the same votes can lead to another answer.
    private const int Version = 1;

    private readonly CohenCertifier _cohen;

    /// <summary>Creates the certifier; the defaults are those of <see cref="CohenCertifier"/>, so that the two can be compared.</summary>
    /// <param name="n0">Votes that pick the label to certify; at least 1.</param>
    /// <param name="n">Fresh votes that bound probabilities; at least 1.</param>
    /// <param name="alpha">The allowed probability that an answer is wrong, from <see cref="ClopperPearson.MinAlpha"/> to 1/2.</param>
    /// <param name="predictN">Votes of one prediction; at least 1. See <see cref="CohenCertifier.PredictN"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is outside its range; no count may exceed 2^53.</exception>
    public LecuyerCertifier(long n0 = 100, long n = 100_000, double alpha = .001, long predictN = 1000)
    {
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
        return new CohenCertification(this, _cohen, classCount, GaussianOnly.Check(rule), LecuyerRadius.FromBounds);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than two classes.</exception>
    public IReadOnlyList<string> Warnings(int classCount) => _cohen.Warnings(classCount, Alpha);

    internal static LecuyerCertifier Of(MethodParameters parameters)
    {
        parameters.Constant("version", Version);
        return new LecuyerCertifier(
            parameters.Count("n0", 100), parameters.Count("n", 100_000), parameters.Number("alpha", .001),
                parameters.Count("predict", 1000));
    }
}
