namespace DenoisedSmoothing.Tool;

/// <summary>What evaluate is asked to do.</summary>
/// <param name="Models">The models.</param>
/// <param name="Data">The images.</param>
/// <param name="Chosen">The strategies; null for those that the models have.</param>
/// <param name="Default">The settings of a strategy that is not named.</param>
/// <param name="Sigmas">The noise levels.</param>
/// <param name="Batch">Images of one forward pass.</param>
/// <param name="Seed">The noise key.</param>
/// <param name="Out">A TSV to write; null for none.</param>
internal sealed record EvaluateJob(
    ModelChoice Models, DataChoice Data, IReadOnlyList<StrategyChoice>? Chosen, StrategyChoice Default, IReadOnlyList<double> Sigmas, int Batch, ulong Seed, string? Out);
