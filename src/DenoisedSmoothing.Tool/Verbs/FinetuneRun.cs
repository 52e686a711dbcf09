using System.Globalization;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Training;
using TorchSharp;

namespace DenoisedSmoothing.Tool;

/// <summary>Fine-tunes a classifier behind a denoiser and writes it under its network's name.</summary>
/// <param name="Models">The models, whose classifier is trained.</param>
/// <param name="Data">The images.</param>
/// <param name="Strategy">What produces the images it sees.</param>
/// <param name="Sigma">The noise level.</param>
/// <param name="Training">Steps, seed and files.</param>
/// <param name="FromScratch">Whether training starts from new random weights.</param>
/// <param name="Augmentation">Shifts and mirror images.</param>
/// <param name="WeightDecay">Decoupled weight decay.</param>
/// <param name="Output">Where results go.</param>
internal sealed record FinetuneRun(
    ModelChoice Models, DataChoice Data, StrategyChoice Strategy, double Sigma, TrainingChoice Training, bool FromScratch,
    Augmentation Augmentation, double WeightDecay, TextWriter Output)
{
    private const double DefaultEpochs = 2;

    /// <summary>What labels images for a selector; null where the data set's own labels are learned.</summary>
    public SelectorLabels? Selector { get; init; }

    public int Execute(CancellationToken cancellationToken)
    {
        IImageDataset selected = Selector is null ? DataSources.OpenSelection(Data) : Selector.Of(Data, Output);
        using LoadedModels models = PairLoader.Load(Models);
        models.Tell(Output);
        LabeledImages images = LabeledImages.From(
            models.Preprocess is { } preprocess ? selected.Prepared(preprocess) : selected, cancellationToken: cancellationToken);
        if (models.Classifier is not ModuleClassifier { Network: torch.nn.Module network } classifier || models.ClassifierNetwork is null)
            throw new ArgumentException("Only a classifier of weights can be trained: name its network with --classifier-network.");
        Selector?.Require(classifier);
        IDenoiser denoiser = Strategies.Denoiser(models, Strategy, Sigma);
        int fallback = (int)Math.Ceiling(DefaultEpochs * images.Count / Training.Batch);
        TrainingOptions options = new()
        {
            Steps = Training.StepsFor(images.Count, fallback),
            BatchSize = Training.Batch,
            Augmentation = Augmentation,
            Initialization = FromScratch ? WeightInitialization.Relu : null,
            Seed = Training.Seed,
            CheckpointFolder = Training.Checkpoints,
            CheckpointEvery = Training.CheckpointEvery,
        };
        Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{models.Name}, {Strategies.KindOf(models, Strategy)}, sigma {Sigma}, {images.Count} images, {options.Steps} "
            + $"steps{(FromScratch ? ", from scratch" : "")}"));
        OptimizerRecipe recipe = new() { LearningRate = Training.LearningRate, WeightDecay = WeightDecay, EmaDecay = 0.998 };
        Trainer trainer = new(new DenoisedCrossEntropy(classifier, denoiser, Sigma), recipe, options);
        TrainingView.Show(Output, progress => trainer.Train(images, progress, cancellationToken));
        SafetensorsWriter.Write(Training.Out, network.state_dict(), new Dictionary<string, string>(Selector?.Remarks ?? [])
        {
            [FileMetadata.ClassifierKey] = models.ClassifierNetwork,
            [FileMetadata.ClassesKey] = classifier.ClassCount.ToString(CultureInfo.InvariantCulture),
        });
        Output.WriteLine($"{(Selector is null ? "Classifier" : "Selector")}: {Training.Out}");
        return CommandLine.Done;
    }
}
