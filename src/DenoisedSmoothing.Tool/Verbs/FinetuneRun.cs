using System.Globalization;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Sampling;
using DenoisedSmoothing.Training;
using TorchSharp;

namespace DenoisedSmoothing.Tool;

/// <summary>Fine-tunes a classifier behind a denoiser and writes it under its network's name.</summary>
internal sealed class FinetuneRun(FinetuneJob job, TextWriter output)
{
    private const double DefaultEpochs = 2;

    public void Execute(CancellationToken cancellationToken)
    {
        IImageDataset selected = DataSources.OpenSelection(job.Data);
        using LoadedModels models = PairLoader.Load(job.Models);
        LabeledImages images = LabeledImages.From(
            models.Preprocess is { } preprocess ? selected.Prepared(preprocess) : selected, cancellationToken: cancellationToken);
        if (models.Classifier is not ModuleClassifier { Network: torch.nn.Module network } classifier || models.ClassifierNetwork is null)
            throw new ArgumentException("Only a classifier of weights can be trained: name its network with --classifier-network.");
        IDenoiser denoiser = Strategies.Denoiser(models, job.Strategy, job.Sigma);
        int fallback = (int)Math.Ceiling(DefaultEpochs * images.Count / job.Training.Batch);
        TrainingOptions options = new()
        {
            Steps = job.Training.StepsFor(images.Count, fallback),
            BatchSize = job.Training.Batch,
            Augmentation = job.Augmentation,
            Initialization = job.FromScratch ? WeightInitialization.Relu : null,
            Seed = job.Training.Seed,
            CheckpointFolder = job.Training.Checkpoints,
            CheckpointEvery = job.Training.CheckpointEvery,
        };
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{models.Name}, {Strategies.KindOf(models, job.Strategy)}, sigma {job.Sigma}, {images.Count} images, {options.Steps} "
            + $"steps{(job.FromScratch ? ", from scratch" : "")}"));
        OptimizerRecipe recipe = new() { LearningRate = job.Training.LearningRate, WeightDecay = job.WeightDecay, EmaDecay = 0.998 };
        new Trainer(new DenoisedCrossEntropy(classifier, denoiser, job.Sigma), recipe, options)
            .Train(images, new TrainingView(output), cancellationToken);
        SafetensorsWriter.Write(job.Training.Out, network.state_dict(), new Dictionary<string, string>
        {
            [FileMetadata.ClassifierKey] = models.ClassifierNetwork,
        });
        output.WriteLine($"Classifier: {job.Training.Out}");
    }
}
