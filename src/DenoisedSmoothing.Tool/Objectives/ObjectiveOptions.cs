using System.CommandLine;
using DenoisedSmoothing.Training;

namespace DenoisedSmoothing.Tool;

/// <summary>The objectives of train-classifier with their options, and the papers' numbers where nothing is typed.</summary>
internal sealed class ObjectiveOptions
{
    private const string Papers = "[default: the paper's, by recipe and sigma]";

    private readonly Option<int?> _draws = new Option<int?>("--draws")
    {
        HelpName = "m",
        Description = $"all but clean, gaussian and stability: noisy copies of each image {Papers}",
    }
        .Within(new NumberRange<int>(1, 1024));

    private readonly Option<double?> _lambda = Weight("--lambda",
        $"stability, consistency, macer, ft-cadis: weight of what is added to the cross-entropy {Papers}");

    private readonly Option<double?> _eta = Weight("--eta",
        "consistency: weight of the entropy; smoothmix: of the mixed images [default: 0.5; 5, or 1 for quick]");

    private readonly Option<double?> _beta = Weight("--beta", "macer: how much answers are sharpened [default: 16]");

    private readonly Option<double?> _gamma = Weight("--gamma",
        "macer: images whose radius is beyond this, in units of sigma/2, are left alone [default: 8]");

    private readonly Option<int?> _fromEpoch = new Option<int?>("--from-epoch")
    {
        HelpName = "epoch",
        Description = $"macer: the radius counts from this epoch on {Papers}",
    }
        .AtLeast(0);

    private readonly Option<double?> _radius = new Option<double?>("--radius")
    {
        HelpName = "r",
        Description = $"smoothadv, drt, ft-cadis: how far images are moved, in l2 {Papers}",
    }
        .Positive();

    private readonly Option<double?> _stepLength = new Option<double?>("--step-length")
    {
        HelpName = "r",
        Description = $"smoothmix: length of a step of its attack, in l2 {Papers}",
    }
        .Positive();

    private readonly Option<bool> _oneStep = new("--one-step") { Description = "smoothmix: mix from where the first step leads" };

    private readonly Option<int?> _members = new Option<int?>("--members")
    {
        HelpName = "count",
        Description = "drt: classifiers trained together, one file each [default: 3; 2 for quick]",
    }
        .Within(new NumberRange<int>(2, 100));

    private readonly Option<double?> _diversity = Weight("--diversity-weight", "drt: weight of the gradients' diversity [default: 0.2]");

    private readonly Option<double?> _margin = Weight("--margin-weight", "drt: weight of the margin [default: 0.5]");

    private readonly Option<SmoothAdvAttack?> _attack = new("--attack")
    {
        Description = "smoothadv: how images are moved; estimate takes forward passes only [default: Pgd]",
    };

    private readonly Option<int?> _attackSteps = new Option<int?>("--attack-steps")
    {
        HelpName = "count",
        Description = $"smoothadv, smoothmix, drt, ft-cadis: steps of the attack {Papers}",
    }
        .Within(new NumberRange<int>(1, 1000));

    private readonly Option<int?> _warmup = new Option<int?>("--warmup-epochs")
    {
        HelpName = "epochs",
        Description = $"smoothadv, smoothmix: epochs until what the attack adds has its full strength {Papers}",
    }
        .AtLeast(0);

    private readonly Option<double?> _labelSmoothing = new Option<double?>("--label-smoothing")
    {
        HelpName = "share",
        Description = "clean: share of the target spread evenly over all classes [default: 0]",
    }
        .Within(new NumberRange<double>(0, 1) { Below = true });

    private readonly ClassifierObjective[] _all;

    public ObjectiveOptions()
    {
        _all =
        [
            new("clean", "cross-entropy without noise", [_labelSmoothing],
                (setting, parts) => new CrossEntropy(parts.Classifier) { LabelSmoothing = setting.Or(_labelSmoothing, 0) }),
            new("gaussian", "noisy images (Cohen 2019)", [Sigma],
                (setting, parts) => new GaussianAugmentation(parts.Classifier, setting.Sigma)),
            new("stability", "answers that noise does not change (Li 2019)", [Sigma, _lambda],
                (setting, parts) => new StabilityTraining(parts.Classifier, setting.Sigma)
                {
                    Lambda = setting.Or(_lambda, mnist: (2, 2, 2), cifar10: (2, 2, 1), quick: 2),
                }),
            new("consistency", "copies that agree (Jeong and Shin 2020)", [Sigma, _draws, _lambda, _eta],
                (setting, parts) => new Consistency(parts.Classifier, setting.Sigma)
                {
                    Draws = setting.Or(_draws, 2),
                    Lambda = setting.Or(_lambda, mnist: (10, 5, 5), cifar10: (20, 10, 10), quick: 5),
                    Eta = setting.Or(_eta, 0.5),
                })
            {
                Batch = setting => Cut(setting, setting.Or(_draws, 2)),
            },
            new("macer", "a wide radius (Zhai 2020)", [Sigma, _draws, _lambda, _beta, _gamma, _fromEpoch],
                (setting, parts) => new Macer(parts.Classifier, setting.Sigma)
                {
                    Draws = setting.Or(_draws, (16, 16, 16), (16, 16, 16), quick: 4),
                    Lambda = setting.Or(_lambda, mnist: (16, 16, 6), cifar10: (12, 4, 12), quick: 4),
                    Beta = setting.Or(_beta, 16),
                    Gamma = setting.Or(_gamma, 8),
                    FromEpoch = setting.Or(_fromEpoch, mnist: (31, 31, 31), cifar10: (0, 0, 50), quick: 0),
                })
            {
                Batch = _ => 64,
            },
            new("smoothadv", "images attacked through noise (Salman 2019)", [Sigma, _draws, _radius, _attack, _attackSteps, _warmup],
                (setting, parts) => new SmoothAdv(parts.Classifier, setting.Sigma)
                {
                    Draws = SmoothAdvDraws(setting),
                    Radius = setting.Or(_radius, mnist: (1, 1, 1), cifar10: (1, 2, 2), quick: 1),
                    Attack = setting.Or(_attack, SmoothAdvAttack.Pgd),
                    AttackSteps = setting.Or(_attackSteps, (10, 10, 10), (10, 10, 10), quick: 2),
                    WarmupEpochs = setting.Or(_warmup, setting.Recipe.WarmupEpochs),
                })
            {
                Batch = setting => Cut(setting, SmoothAdvDraws(setting)),
            },
            new("smoothmix", "images mixed with attacked ones (Jeong 2021)",
                [Sigma, _draws, _attackSteps, _stepLength, _eta, _oneStep, _warmup],
                (setting, parts) => new SmoothMix(parts.Classifier, setting.Sigma)
                {
                    Draws = SmoothMixDraws(setting),
                    AttackSteps = setting.Or(_attackSteps, mnist: (2, 4, 8), cifar10: (4, 4, 4), quick: 2),
                    StepLength = setting.Or(_stepLength, mnist: (1, 1, 1), cifar10: (0.5, 1, 2), quick: 1),
                    Eta = setting.Or(_eta, (5, 5, 5), (5, 5, 5), quick: 1),
                    OneStep = setting.Parsed.GetValue(_oneStep),
                    WarmupEpochs = setting.Or(_warmup, setting.Recipe.WarmupEpochs),
                })
            {
                Batch = setting => Cut(setting, SmoothMixDraws(setting)),
            },
            new("drt", "an ensemble whose members fail apart (Yang 2022)",
                [Sigma, _members, _draws, _diversity, _margin, _radius, _attackSteps],
                (setting, parts) => new Drt(parts.Classifiers, setting.Sigma)
                {
                    Draws = setting.Or(_draws, 2),
                    DiversityWeight = setting.Or(_diversity, 0.2),
                    MarginWeight = setting.Or(_margin, 0.5),
                    Radius = setting.Or(_radius, 0),
                    AttackSteps = setting.Or(_attackSteps, (10, 10, 10), (10, 10, 10), quick: 2),
                })
            {
                Batch = setting => Cut(setting, setting.Or(_draws, 2)),
                Members = setting => setting.Or(_members, (3, 3, 3), (3, 3, 3), quick: 2),
            },
            new("ft-cadis", "a trained classifier after its denoiser (Jang 2024)",
                [Sigma, _draws, _lambda, _radius, _attackSteps],
                (setting, parts) => new FtCadis(parts.Classifier, parts.Denoiser!, setting.Sigma)
                {
                    Draws = setting.Or(_draws, (4, 4, 4), (4, 4, 4), quick: 2),
                    Lambda = setting.Or(_lambda, (4, 4, 4), (4, 4, 4), quick: 2),
                    Radius = setting.Or(_radius, 0.125),
                    AttackSteps = setting.Or(_attackSteps, (4, 4, 4), (4, 4, 4), quick: 1),
                })
            {
                Batch = _ => 128,
                Finetunes = PaperRecipe.Finetune,
            },
        ];
        Objective.AcceptOnlyFromAmong([.. _all.Select(objective => objective.Name)]);
        Objective.Description = "What is minimised: "
            + string.Join("; ", _all.Select(objective => $"{objective.Name}, {objective.Words}"));
        Recipe.AcceptOnlyFromAmong([.. PaperRecipe.All.Select(recipe => recipe.Name)]);
        Recipe.Description = string.Join("; ", PaperRecipe.All.Select(recipe => $"{recipe.Name}: {recipe.Words}"))
            + " [default: the images'; finetune for ft-cadis]";
    }

    public Option<string> Objective { get; } = new("--objective") { HelpName = "name", DefaultValueFactory = _ => "gaussian" };

    public Option<string?> Recipe { get; } = new("--recipe") { HelpName = "name" };

    public Option<double?> Sigma { get; } = new Option<double?>("--sigma")
    {
        HelpName = "s",
        Description = "All but clean: the noise per pixel, for pixels in [0,1]",
    }
        .Within(SamplingOptions.SigmaRange, SamplingOptions.AboutSigma);

    public IEnumerable<OptionGroup> All =>
    [
        new("Objective", [Objective, Sigma, Recipe]),
        new("Settings of the objective", [_labelSmoothing, _draws, _lambda, _eta, _beta, _gamma, _fromEpoch, _radius, _attack,
            _attackSteps, _stepLength, _oneStep, _warmup, _members, _diversity, _margin]),
    ];

    /// <summary>Reads which objective was chosen.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="data">The data set's name, which decides the recipe where none was typed.</param>
    /// <exception cref="ArgumentException">An option belongs to another objective, or the noise level is missing.</exception>
    public (ClassifierObjective Objective, ObjectiveSetting Setting) Read(ParseResult parsed, string data)
    {
        string name = parsed.GetValue(Objective)!;
        ClassifierObjective chosen = _all.Single(objective => objective.Name == name);
        foreach (Option option in All.SelectMany(group => group).Except([Objective, Recipe, .. chosen.Takes]))
        {
            if (parsed.GetResult(option) is { Implicit: false })
                throw new ArgumentException($"{option.Name} does not belong to --objective {name}, which takes "
                    + $"{string.Join(", ", chosen.Takes.Select(taken => taken.Name))}.");
        }

        double? sigma = parsed.GetValue(Sigma);
        return chosen.Takes.Contains(Sigma) && sigma is null
            ? throw new ArgumentException($"--objective {name} needs --sigma, the noise per pixel for pixels in [0,1].")
            : (chosen, new ObjectiveSetting(parsed, PaperRecipe.Named(parsed.GetValue(Recipe), data, chosen.Finetunes), sigma ?? 0));
    }

    private int SmoothAdvDraws(ObjectiveSetting setting) => setting.Or(_draws, mnist: (4, 4, 4), cifar10: (8, 2, 2), quick: 2);

    private int SmoothMixDraws(ObjectiveSetting setting) => setting.Or(_draws, mnist: (4, 4, 4), cifar10: (2, 2, 2), quick: 2);

    // The authors cut a batch into m steps, so that each has as many rows as without copies.
    private static int Cut(ObjectiveSetting setting, int draws) => Math.Max(1, setting.Recipe.Batch / draws);

    private static Option<double?> Weight(string name, string description) =>
        new Option<double?>(name) { HelpName = "weight", Description = description }.Within(new NumberRange<double>(0, double.MaxValue));
}
