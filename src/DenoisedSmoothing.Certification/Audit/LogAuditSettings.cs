using DenoisedSmoothing.Statistics;

namespace DenoisedSmoothing.Audit;

/// <summary>The settings that a log claims to be made with.</summary>
/// <param name="Sigma">The smoothing noise in [0,1] pixel space; finite and above 0.</param>
/// <param name="N">The number of votes behind each bound, from 1 to <see cref="ClopperPearson.MaxTrials"/>.</param>
/// <param name="Alpha">The allowed probability of error, from <see cref="ClopperPearson.MinAlpha"/> to below 1.</param>
public sealed record LogAuditSettings(double Sigma, long N, double Alpha);
