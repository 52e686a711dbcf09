namespace DenoisedSmoothing.Tool;

/// <summary>How noisy images are denoised and classified, as typed.</summary>
/// <param name="Kind">One of <see cref="Strategies.Names"/>; null for one-shot where there is a denoiser.</param>
/// <param name="Steps">Steps of multi-step samplers; null for the strategy's own number.</param>
/// <param name="Votes">Runs or copies of the strategies that aggregate; null for the strategy's own number.</param>
/// <param name="LocalSigma">Noise of local smoothing.</param>
/// <param name="StartBelow">Whether the ancestral sampler starts one timestep lower, as in the reference.</param>
internal sealed record StrategyChoice(string? Kind, int? Steps, int? Votes, double LocalSigma, bool StartBelow)
{
    /// <summary>Steps of the annealed strategies at each level; null for their own number.</summary>
    public int? LevelSteps { get; init; }

    /// <summary>The share of the way to the clean image that they move per step; null for their own.</summary>
    public double? LevelPace { get; init; }
}
