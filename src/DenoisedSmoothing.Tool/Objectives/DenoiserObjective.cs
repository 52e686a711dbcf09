using DenoisedSmoothing.Training;

namespace DenoisedSmoothing.Tool;

/// <summary>An objective of train-denoiser.</summary>
/// <param name="Name">As typed.</param>
/// <param name="Words">What it is, for the help.</param>
/// <param name="NeedsClassifiers">Whether it trains in front of classifiers.</param>
/// <param name="Create">Makes it for one noise level; null for noise prediction, which has timesteps.</param>
internal sealed record DenoiserObjective(string Name, string Words, bool NeedsClassifiers,
    Func<DenoisingNetwork, IReadOnlyList<IClassifier>, double, ITrainingObjective>? Create)
{
    public static IReadOnlyList<DenoiserObjective> All { get; } =
    [
        new("noise", "the noise is predicted, at random timesteps", false, null),
        new("mse", "squared error of the denoised image", false, (network, _, sigma) => new DenoisingError(network, sigma)),
        new("stability", "a classifier's answer stays as without noise (Salman 2020)", true,
            (network, classifiers, sigma) => new DenoisingStability(network, classifiers, sigma)),
        new("classification", "a classifier's answer is the label (Salman 2020)", true,
            (network, classifiers, sigma) => new DenoisingClassification(network, classifiers, sigma)),
    ];
}
