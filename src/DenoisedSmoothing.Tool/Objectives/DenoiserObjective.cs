using DenoisedSmoothing.Presets;
using DenoisedSmoothing.Training;

namespace DenoisedSmoothing.Tool;

/// <summary>An objective of train-denoiser.</summary>
/// <param name="Name">As typed.</param>
/// <param name="Words">Its description, for the help.</param>
/// <param name="NeedsClassifiers">Whether it trains in front of classifiers.</param>
/// <param name="Create">Makes it for one noise level; null where the network is told the level.</param>
internal sealed record DenoiserObjective(string Name, string Words, bool NeedsClassifiers = false,
    Func<DenoisingNetwork, IReadOnlyList<IClassifier>, double, ITrainingObjective>? Create = null)
{
    /// <summary>Noise prediction, at timesteps.</summary>
    public static DenoiserObjective Noise { get; } = new("noise", "the noise is predicted, at random timesteps");

    /// <summary>Score matching, over a range of sigma.</summary>
    public static DenoiserObjective Score { get; } =
        new("score", "the score is matched, at random levels of --sigma-range (Song and Ermon 2020, Lee 2021)");

    public static IReadOnlyList<DenoiserObjective> All { get; } =
    [
        Noise,
        Score,
        new("mse", "squared error of the denoised image", Create: (network, _, sigma) => new DenoisingError(network, sigma)),
        new("stability", "a classifier's answer stays as it is without noise (Salman 2020)", true,
            (network, classifiers, sigma) => new DenoisingStability(network, classifiers, sigma)),
        new("classification", "a classifier's answer is the label (Salman 2020)", true,
            (network, classifiers, sigma) => new DenoisingClassification(network, classifiers, sigma)),
    ];

    /// <summary>Refuses noise levels and networks for which the objective has no use.</summary>
    /// <exception cref="ArgumentException">They do not fit; the message says which do.</exception>
    public void Check(NoiseLevels levels, string network)
    {
        if (levels.Sigmas.Count > 0 && levels.Range is not null)
            throw new ArgumentException("Either --sigma or --sigma-range restricts the noise levels.");
        if (Create is not null && levels.Sigmas.Count != 1)
            throw new ArgumentException($"--objective {Name} trains for one noise level: name it with --sigma.");
        if (this == Score && (levels.Sigmas.Count > 0 || levels.Range is not { First: > 0 }))
            throw new ArgumentException(
                "--objective score trains for a range of noise levels above 0: name it with --sigma-range, such as 0.01..1.0.");
        if (Create is null && PlainDenoiserCard.Networks.ContainsKey(network))
            throw new ArgumentException(
                $"--objective {Name} trains diffusion networks: with --network {network} choose another --objective, such as mse.");
    }
}
