using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Presets;

namespace DenoisedSmoothing.Tool;

/// <summary>Strategies of denoising and classifying, by name.</summary>
internal static class Strategies
{
    public const string OneShot = "one-shot", None = "none";

    private const string Map = "map", Langevin = "langevin";

    private const int VoteSteps = 10, VoteRuns = 10, LocalCopies = 5;

    public static IReadOnlyList<string> Names { get; } = [OneShot, "multi-step", "heun", Map, Langevin, "vote", "local", None];

    /// <summary>Those that produce an image, which can be shown and trained on.</summary>
    public static IReadOnlyList<string> Denoisers { get; } = [OneShot, "multi-step", "heun", Map, Langevin, None];

    /// <summary>The strategies to which an option applies.</summary>
    public static IReadOnlyList<string> Taking(string option) => option switch
    {
        "--steps" => ["multi-step", "heun", Map, Langevin, "vote"],
        "--denoiser-steps" => ["multi-step", "heun", Map, Langevin],
        "--votes" => ["vote", "local"],
        "--local-sigma" => ["local"],
        "--level-steps" or "--level-pace" => [Map, Langevin],
        "--start-below" => ["multi-step", "vote"],
        _ => throw new ArgumentOutOfRangeException(nameof(option), option, "This is not an option of a strategy."),
    };

    /// <summary>The strategy's name, with the default filled in.</summary>
    public static string KindOf(LoadedModels models, StrategyChoice choice) => choice.Kind ?? (models.HasDenoiser ? OneShot : None);

    /// <summary>What is smoothed.</summary>
    public static IBaseClassifier BaseClassifier(LoadedModels models, StrategyChoice choice, double sigma)
    {
        string kind = KindOf(models, choice);
        switch (kind)
        {
            case "vote":
                DenoisedClassifier run = new(Denoiser(models, choice with
                {
                    Kind = "multi-step",
                    Steps = choice.Steps ?? VoteSteps,
                }, sigma), models.Classifier);
                return new MajorityVoteClassifier(run, choice.Votes ?? VoteRuns);
            case "local":
                return new LocallySmoothedClassifier(Denoiser(models, choice with
                {
                    Kind = OneShot,
                }, sigma), models.Classifier, choice.Votes ?? LocalCopies, choice.LocalSigma);
            default:
                return new DenoisedClassifier(Denoiser(models, choice, sigma), models.Classifier);
        }
    }

    /// <summary>The denoiser of a strategy that has one.</summary>
    /// <exception cref="ArgumentException">The models do not allow the strategy at this noise level; the message says why.</exception>
    public static IDenoiser Denoiser(LoadedModels models, StrategyChoice choice, double sigma) =>
        models.Between.Sized(Unsized(models, choice, sigma));

    private static IDenoiser Unsized(LoadedModels models, StrategyChoice choice, double sigma)
    {
        string kind = KindOf(models, choice);
        if (kind == None)
            return new IdentityDenoiser();
        if (models.Diffusion is not { } model)
        {
            if (models.OwnDenoiser is not { } own)
                throw new ArgumentException(
                    $"--denoiser {kind} needs a denoiser, and {models.Name} has none: use --denoiser none, or name one with "
                    + $"--denoiser-file.");
            if (models.Card?.Refusal(sigma) is { } unseen)
                throw new ArgumentException(unseen);
            return Own(own, choice, kind) ?? throw new ArgumentException(
                $"--denoiser {kind} needs a diffusion model of weights or TorchScript; the denoiser of {models.Name} can be used in "
                + (own is NoiseLevelDenoiser ? "one shot, by heun, map and langevin."
                    : own is TweedieDenoiser ? "one shot, by map and langevin."
                    : "one shot only."));
        }

        if ((models.Card as DiffusionCard)?.Refusal(sigma, kind, walks: kind != OneShot) is { } refusal)
            throw new ArgumentException(refusal);
        return kind switch
        {
            OneShot => new OneShotDenoiser(model),
            "multi-step" => new MultiStepDenoiser(model, new MultiStepOptions { Steps = choice.Steps, StartBelow = choice.StartBelow }),
            "heun" => new HeunDenoiser(model, Heun(choice)),
            Map or Langevin => Annealed(new DenoiserScore(model), choice, kind),
            _ => throw new ArgumentException($"--denoiser {kind} makes no image."),
        };
    }

    // What a denoiser without timesteps can do; null if it can do none of this.
    private static IDenoiser? Own(IDenoiser own, StrategyChoice choice, string kind) => (kind, own) switch
    {
        (OneShot, _) => own,
        ("heun", NoiseLevelDenoiser told) => new HeunDenoiser(told.Predictor, Heun(choice)),
        (Map or Langevin, NoiseLevelDenoiser told) => Annealed(new DenoiserScore(told.Predictor), choice, kind),
        (Map or Langevin, TweedieDenoiser scored) => Annealed(scored.Score, choice, kind),
        _ => null,
    };

    private static AnnealedDenoiser Annealed(IScore score, StrategyChoice choice, string kind)
    {
        AnnealedOptions usual = new();
        double smallest = Math.Max(usual.SmallestSigma, (score as ScoreModel)?.SmallestSigma ?? 0);
        return new AnnealedDenoiser(score, usual with
        {
            Levels = choice.Steps ?? usual.Levels,
            StepsPerLevel = choice.LevelSteps ?? usual.StepsPerLevel,
            SmallestSigma = smallest,
            // A step at level s goes this share of the way to the image that the score expects: Epsilon over the smallest s^2.
            Epsilon = (choice.LevelPace ?? usual.Epsilon / Math.Pow(usual.SmallestSigma, 2)) * smallest * smallest,
            Langevin = kind == Langevin,
        });
    }

    private static HeunOptions Heun(StrategyChoice choice) => new() { Steps = choice.Steps ?? new HeunOptions().Steps };
}
