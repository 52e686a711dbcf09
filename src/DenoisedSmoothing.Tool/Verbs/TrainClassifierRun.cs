using System.Globalization;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Presets;
using DenoisedSmoothing.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Tool;

/// <summary>Trains a classifier by an objective and writes it under its network's name.</summary>
/// <param name="Models">The classifier's network, and the weights to start from.</param>
/// <param name="Data">The images.</param>
/// <param name="Objective">What is minimised.</param>
/// <param name="Setting">With which settings.</param>
/// <param name="Training">Steps, seed and files.</param>
/// <param name="Optimizer">How gradients change the network.</param>
/// <param name="Augmentation">Shifts and mirror images.</param>
/// <param name="Output">Where results go.</param>
internal sealed record TrainClassifierRun(
    ModelChoice Models, DataChoice Data, ClassifierObjective Objective, ObjectiveSetting Setting, TrainingChoice Training,
    OptimizerRecipe Optimizer, Augmentation Augmentation, TextWriter Output)
{
    public int Execute(CancellationToken cancellationToken)
    {
        LibTorch.EnsureAvailable();
        LabeledImages images = LabeledImages.From(DataSources.OpenSelection(Data), cancellationToken: cancellationToken);
        (ModuleClassifier classifier, string name) = Classifier(images.ClassCount);
        using ModuleClassifier owned = classifier;
        ITrainingObjective objective = Objective.Create(Setting, classifier);
        TrainingOptions options = new()
        {
            Steps = Training.StepsFor(images.Count, (int)Math.Ceiling(Setting.Recipe.Epochs * images.Count / Training.Batch)),
            BatchSize = Training.Batch,
            Augmentation = Augmentation,
            Initialization = Models.Classifier.File is null ? WeightInitialization.Relu : null,
            Seed = Training.Seed,
            CheckpointFolder = Training.Checkpoints,
            CheckpointEvery = Training.CheckpointEvery,
        };
        Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name}, {images.Count} images, {options.Steps} steps of {Training.Batch}, recipe {Setting.Recipe.Name}"));
        Output.WriteLine(objective.Settings);
        new Trainer(objective, Optimizer, options).Train(images, new TrainingView(Output), cancellationToken);
        SafetensorsWriter.Write(Training.Out, objective.Network.state_dict(), new Dictionary<string, string>
        {
            [FileMetadata.ClassifierKey] = name,
            [FileMetadata.ClassesKey] = classifier.ClassCount.ToString(CultureInfo.InvariantCulture),
        });
        Output.WriteLine($"Classifier: {Training.Out}");
        return CommandLine.Done;
    }

    private (ModuleClassifier Classifier, string Network) Classifier(int classes)
    {
        ClassifierChoice its = Models.Classifier;
        if (its.File is not null)
        {
            (IClassifier loaded, string? known, IDisposable owned) = ModelFiles.Classifier(Models);
            if (loaded is ModuleClassifier module && known is not null)
                return (module, known);
            owned.Dispose();
            throw new ArgumentException("Only a classifier of weights can be trained: name its network with --classifier-network.");
        }

        string name = its.Network ?? PairLoader.Bundled;
        CatalogClassifier network = NetworkCatalog.Classifiers[name];
        nn.Module<Tensor, Tensor> created = network.Create(its.Classes ?? classes);
        created.to(LibTorch.DeviceNamed(Models.Device));
        (int, int)? resize = (its.Resize ?? network.Resize) is { } size ? (size, size) : null;
        return (new ModuleClassifier(created, its.Classes ?? classes, its.HasNormalization ? its.Normalization : network.Normalization,
            resize, disposeNetwork: true), name);
    }
}
