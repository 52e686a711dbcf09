using DenoisedSmoothing.Training;

namespace DenoisedSmoothing.Tool;

/// <summary>
/// How classifiers are trained from scratch on a kind of images: everything except the objective, whose settings depend on it.
/// </summary>
internal sealed record PaperRecipe
{
    private PaperRecipe(string name) => Name = name;

    /// <summary>The papers' recipe for MNIST and its family: SGD from 0.01, times a tenth every 30 epochs.</summary>
    public static PaperRecipe Mnist { get; } = new("mnist")
    {
        Optimizer = OptimizerRecipe.Sgd(0.01, LearningRateSchedule.Step(epochs: 30)),
        Epochs = 90,
        Augmentation = new(),
        WarmupEpochs = 10,
        Words = "SGD from 0.01, a tenth every 30 of 90 epochs, images as they are",
    };

    /// <summary>
    /// The papers' recipe for CIFAR: SGD from 0.1, times a tenth every 50 epochs, images shifted by up to 4 pixels and mirrored.
    /// </summary>
    public static PaperRecipe Cifar10 { get; } = new("cifar10")
    {
        Optimizer = OptimizerRecipe.Sgd(0.1, LearningRateSchedule.Step(epochs: 50)),
        Epochs = 150,
        Augmentation = new() { Shift = 4, Mirror = true },
        WarmupEpochs = 10,
        Words = "SGD from 0.1, a tenth every 50 of 150 epochs, images moved by up to 4 pixels and mirrored",
    };

    /// <summary>Our recipe, for machines without an accelerator: AdamW along a cosine, and cheap settings of the methods.</summary>
    public static PaperRecipe Quick { get; } = new("quick")
    {
        Optimizer = new() { LearningRate = 1e-3, WeightDecay = 0.01, EmaDecay = 0.998 },
        Epochs = 10,
        Augmentation = new() { Shift = 2, Mirror = true },
        WarmupEpochs = 1,
        Words = "AdamW from 0.001 along a cosine of 10 epochs, images moved by up to 2 pixels and mirrored, methods at their cheapest",
    };

    /// <summary>
    /// FT-CADIS's recipe for CIFAR-10: AdamW along a cosine, first layers slowest, images shifted by up to 4 pixels and mirrored.
    /// </summary>
    public static PaperRecipe Finetune { get; } = new("finetune")
    {
        Optimizer = new()
        {
            LearningRate = 5e-5,
            Schedule = LearningRateSchedule.WarmCosine(warmup: 0.1, floor: 0.02),
            WarmupSteps = 0,
            WeightDecay = 0.04,
            FinalWeightDecay = 0.4,
            DecaysMatricesOnly = true,
            LayerDecay = 0.65,
            ClipGradientNorm = null,
            ClipEachGradientNorm = 0.3,
            EmaDecay = 0,
        },
        Epochs = 30,
        Augmentation = new() { Shift = 4, Mirror = true },
        WarmupEpochs = 10,
        Words = "AdamW from 0.00005 along a cosine of 30 epochs, in transformers slower by 0.65 with each layer down, images as for "
            + "cifar10",
    };

    public static IReadOnlyList<PaperRecipe> All { get; } = [Mnist, Cifar10, Finetune, Quick];

    public string Name { get; }

    /// <summary>Its description, for the help.</summary>
    public required string Words { get; init; }

    public required OptimizerRecipe Optimizer { get; init; }

    public required double Epochs { get; init; }

    public required Augmentation Augmentation { get; init; }

    /// <summary>Epochs over which an attack reaches its full strength.</summary>
    public required int WarmupEpochs { get; init; }

    /// <summary>Rows per step: methods that show each image m times use a batch of this divided by m.</summary>
    public int Batch { get; } = 256;

    /// <summary>The recipe with a name, otherwise an objective's own, otherwise that of a data set.</summary>
    public static PaperRecipe Named(string? name, string data, PaperRecipe? own = null) => name is not null
        ? All.Single(recipe => recipe.Name == name)
        : own is not null ? own
        : data.Contains("mnist", StringComparison.Ordinal) || data == DataSources.Bundled ? Mnist
        : Cifar10;

    /// <summary>A setting by recipe and noise level: up to sigma 0.25, up to 0.5, and beyond.</summary>
    public T Of<T>(double sigma, (T, T, T) mnist, (T, T, T) cifar10, T quick)
    {
        if (this == Quick)
            return quick;
        (T low, T middle, T high) = this == Mnist ? mnist : cifar10;
        return sigma <= 0.25 ? low : sigma <= 0.5 ? middle : high;
    }
}
