namespace DenoisedSmoothing.Tool;

/// <summary>What plan is asked.</summary>
/// <param name="Sigma">The noise a pixel.</param>
/// <param name="Radii">The radii, rising.</param>
/// <param name="Probabilities">True probabilities of the label.</param>
/// <param name="Power">Probability of success.</param>
/// <param name="N0">Selection votes; null for each method's own number.</param>
/// <param name="N">Votes whose reach is shown.</param>
/// <param name="Alpha">Allowed probability of error.</param>
/// <param name="Budget">The most votes of a sequential run.</param>
/// <param name="Images">Images of the run.</param>
internal sealed record PlanJob(
    double Sigma, IReadOnlyList<double> Radii, IReadOnlyList<double> Probabilities, double Power, long? N0, long N, double Alpha, long Budget, int Images);
