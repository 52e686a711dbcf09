using System.CommandLine;
using DenoisedSmoothing.Training;

namespace DenoisedSmoothing.Tool;

/// <summary>The verb train-classifier.</summary>
internal static class TrainClassifierCommand
{
    public static Verb Create()
    {
        ModelOptions models = new();
        models.Classifier.File.Description = "Weights to start from, in the formats of certify [default: random ones; the bundled "
            + "classifier's for ft-cadis]";
        models.Classifier.Network.Description += " [default: the file's, else fashion-mnist]";
        models.Classifier.Classes.Description = "Number of classes [default: the images']";
        DataOptions data = new(fallback: "fashion-mnist", split: "train");
        ObjectiveOptions objectives = new();
        TrainingVerbOptions training = new("256 over --draws; 64 for macer, 128 for ft-cadis",
            "The highest [default: the recipe's]", "the recipe's epochs");
        Option<int?> shift = new Option<int?>("--shift")
        {
            HelpName = "pixels",
            Description = "Images are moved by up to this many pixels each way [default: the recipe's]",
        }
            .AtLeast(0);
        Option<bool?> mirror = new("--mirror")
        {
            HelpName = "true|false",
            Description = "Mirror images with probability 1/2 (mirroring does not suit digits) [default: the recipe's]",
        };
        Option<double?> weightDecay = new Option<double?>("--weight-decay")
        {
            HelpName = "rate",
            Description = "Weight decay [default: the recipe's]",
        }
            .Within(new NumberRange<double>(0, double.MaxValue));
        FurtherImageOptions further = new();
        SelectorOptions selector = new();
        Verb verb = new Verb(
            "train-classifier",
            "Trains a classifier for smoothing by the field's other methods, most without a denoiser, with their papers' settings. "
                + "The other verbs load the result with --classifier-file, and certify it with --denoiser none (one of ft-cadis after its "
                + "denoiser).",
            ["train-classifier --objective gaussian --sigma 0.5 --recipe quick --out runs/gaussian.safetensors",
                "train-classifier --objective consistency --sigma 0.5 --lambda 5 --epochs 20 --out runs/consistency.safetensors",
                "train-classifier --data cifar10 --network resnet110 --objective smoothadv --sigma 0.25 --device cuda "
                    + "--out runs/smoothadv.safetensors"],
            Verb.ExitCodesOfARun)
            .With(objectives.All).With(data.Selection).With(training.All)
            .With(new OptionGroup("Recipe in detail", [shift, mirror, weightDecay])).With(further.All)
            .With(selector.All)
            .With(models.ForTraining);
        return verb.Does((parsed, cancellationToken) =>
        {
            DataChoice images = data.Read(parsed, null);
            (ClassifierObjective objective, ObjectiveSetting setting) = objectives.Read(parsed, images.Name);
            PaperRecipe recipe = setting.Recipe;
            ModelChoice choice = models.Read(parsed);
            if (objective.Finetunes is null && (choice.Denoiser.File ?? choice.Denoiser.Settings) is not null)
                throw new ArgumentException($"--objective {objective.Name} trains without a denoiser: leave its options out.");
            if (objective.Members(setting) > 1 && choice.Classifier.File is not null)
                throw new ArgumentException($"--objective {objective.Name} trains its members from random weights: leave "
                    + "--classifier-file out.");
            Augmentation augmentation = new()
            {
                Shift = parsed.GetValue(shift) ?? recipe.Augmentation.Shift,
                Mirror = parsed.GetValue(mirror) ?? recipe.Augmentation.Mirror,
            };
            TrainingChoice choices = training.Read(parsed, objective.Batch(setting), recipe.Optimizer.LearningRate);
            OptimizerRecipe optimizer = recipe.Optimizer with
            {
                LearningRate = choices.LearningRate,
                WeightDecay = parsed.GetValue(weightDecay) ?? recipe.Optimizer.WeightDecay,
                FinalWeightDecay = parsed.GetValue(weightDecay) is null ? recipe.Optimizer.FinalWeightDecay : null,
            };
            TrainClassifierRun run = new(choice, images, objective, setting, choices, optimizer, augmentation,
                parsed.InvocationConfiguration.Output)
            {
                Further = further.Read(parsed, images),
                Selector = selector.Read(parsed),
            };
            return (run.Selector is null ? run : Selecting(run)).Execute(cancellationToken);
        });
    }

    /// <summary>Refuses whatever does not fit labels with two classes.</summary>
    private static TrainClassifierRun Selecting(TrainClassifierRun run)
    {
        if (run.Models.Classifier.Classes is { } classes && classes != SelectorLabels.Classes.Count)
            throw new ArgumentException($"--select-from trains a selector, which has two classes: leave --classes {classes} out.");
        if (run.Objective.Finetunes is not null || run.Objective.Members(run.Setting) > 1)
            throw new ArgumentException($"--select-from trains one classifier, and --objective {run.Objective.Name} "
                + (run.Objective.Finetunes is null ? "several." : "a pair's: see dds finetune --select-from."));
        return run.Further is null ? run : throw new ArgumentException(
            "--select-from labels the images of --data; for those of --further-path there is no label.");
    }
}
