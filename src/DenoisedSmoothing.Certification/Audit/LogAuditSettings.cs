using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Statistics;

namespace DenoisedSmoothing.Audit;

/// <summary>The settings with which a log claims to have been made.</summary>
/// <param name="Sigma">The smoothing noise in [0,1] pixel space; finite and above 0.</param>
/// <param name="N">The number of votes behind each bound, from 1 to <see cref="ClopperPearson.MaxTrials"/>.</param>
/// <param name="Alpha">The allowed probability of error, from <see cref="ClopperPearson.MinAlpha"/> to below 1.</param>
public sealed record LogAuditSettings(double Sigma, long N, double Alpha)
{
    /// <summary>
    /// The number of values of the certified images, if their noise was drawn on a grid (<see cref="GridGaussianNoise"/>).
    /// </summary>
    /// <value>Null: plain Gaussian noise, whose radii do not depend on the images. <see cref="LogAudit.Run"/> takes it from the log's
    /// settings.</value>
    public long? GridDimension { get; init; }

    internal IRadiusRule Rule => GridDimension is { } dimension ? new GridGaussianRule(Sigma, dimension) : new GaussianRule(Sigma);
}
