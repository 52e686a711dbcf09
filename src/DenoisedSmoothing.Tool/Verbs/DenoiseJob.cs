namespace DenoisedSmoothing.Tool;

/// <summary>What denoise is asked to do.</summary>
/// <param name="Models">The models.</param>
/// <param name="Data">The data set.</param>
/// <param name="Images">The images' indices; empty for the first few of the selection.</param>
/// <param name="Chosen">The strategies, a column each.</param>
/// <param name="Sigmas">The noise levels, a block of columns each.</param>
/// <param name="Seed">The noise key.</param>
/// <param name="Scale">Screen pixels a pixel; null for a fitting number.</param>
/// <param name="Out">The PNG.</param>
internal sealed record DenoiseJob(
    ModelChoice Models, DataChoice Data, IReadOnlyList<int> Images, IReadOnlyList<StrategyChoice> Chosen, IReadOnlyList<double> Sigmas, ulong Seed, int? Scale, string Out);
