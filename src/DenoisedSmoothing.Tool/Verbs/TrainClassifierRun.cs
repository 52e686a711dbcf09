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
/// <param name="Setting">Its settings.</param>
/// <param name="Training">Steps, seed and files.</param>
/// <param name="Optimizer">How gradients change the network.</param>
/// <param name="Augmentation">Shifts and mirror images.</param>
/// <param name="Output">Where results go.</param>
internal sealed record TrainClassifierRun(
    ModelChoice Models, DataChoice Data, ClassifierObjective Objective, ObjectiveSetting Setting, TrainingChoice Training,
    OptimizerRecipe Optimizer, Augmentation Augmentation, TextWriter Output)
{
    /// <summary>Images in addition to the training set; null for none.</summary>
    public FurtherImages? Further { get; init; }

    /// <summary>What labels images for a selector; null where the data set's own labels are learned.</summary>
    public SelectorLabels? Selector { get; init; }

    public int Execute(CancellationToken cancellationToken)
    {
        LibTorch.EnsureAvailable();
        LabeledImages images = LabeledImages.From(
            Selector is null ? DataSources.OpenSelection(Data) : Selector.Of(Data, Output), cancellationToken: cancellationToken);
        using ObjectiveParts parts = Objective.Finetunes is not null ? Trained() : Fresh(images.ClassCount);
        Selector?.Require(parts.Classifier);
        ITrainingObjective objective = Objective.Create(Setting, parts);
        if (Further is not null)
            objective = Further.Beside(objective, images, Models.Device, Output, cancellationToken);
        TrainingOptions options = new()
        {
            Steps = Training.StepsFor(images.Count, (int)Math.Ceiling(Setting.Recipe.Epochs * images.Count / Training.Batch)),
            BatchSize = Training.Batch,
            Augmentation = Augmentation,
            Initialization = Models.Classifier.File is null && Objective.Finetunes is null ? WeightInitialization.Relu : null,
            Seed = Training.Seed,
            CheckpointFolder = Training.Checkpoints,
            CheckpointEvery = Training.CheckpointEvery,
        };
        Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{parts.Network}, {images.Count} images, {options.Steps} steps of {Training.Batch}, recipe {Setting.Recipe.Name}"));
        Output.WriteLine(objective.Settings);
        OptimizerRecipe optimizer = Optimizer;
        if (optimizer.LayerDecay < 1 && TransformerLayers.CountOf(objective.Network) == 0)
        {
            Output.WriteLine("One learning rate for all layers: the recipe's decay by layer is for transformers.");
            optimizer = optimizer with { LayerDecay = 1 };
        }

        TrainingView.Show(Output, progress => new Trainer(objective, optimizer, options).Train(images, progress, cancellationToken));
        for (int i = 0; i < parts.Classifiers.Count; i++)
        {
            string file = parts.Classifiers.Count == 1 ? Training.Out : Member(i);
            SafetensorsWriter.Write(file, ((nn.Module)parts.Classifiers[i].Network).state_dict(),
                Remarks(parts.Network, parts.Classifiers[i]));
            Output.WriteLine($"{(Selector is null ? "Classifier" : "Selector")}: {file}");
        }

        return CommandLine.Done;
    }

    private Dictionary<string, string> Remarks(string network, ModuleClassifier classifier) => new(Selector?.Remarks ?? [])
    {
        [FileMetadata.ClassifierKey] = network,
        [FileMetadata.ClassesKey] = classifier.ClassCount.ToString(CultureInfo.InvariantCulture),
    };

    private string Member(int i) => Path.ChangeExtension(Training.Out,
        string.Create(CultureInfo.InvariantCulture, $"{i + 1}.safetensors"));

    // A pair's classifier with its denoiser: the bundled one's where none is named.
    private ObjectiveParts Trained()
    {
        LoadedModels models = PairLoader.Load(Models);
        try
        {
            return models.Classifier is ModuleClassifier { Network: nn.Module } classifier && models.ClassifierNetwork is { } network
                ? new ObjectiveParts(network, [classifier], Strategies.Denoiser(models, new StrategyChoice(Strategies.OneShot, null, null,
                    0.25, false), Setting.Sigma), [models])
                : throw NoWeights();
        }
        catch
        {
            models.Dispose();
            throw;
        }
    }

    private ObjectiveParts Fresh(int classes)
    {
        ClassifierChoice its = Models.Classifier;
        if (its.File is not null)
        {
            (IClassifier loaded, string? known, IDisposable owned) = ModelFiles.Classifier(Models);
            if (loaded is ModuleClassifier module && known is not null)
                return new ObjectiveParts(known, [module], null, [owned]);
            owned.Dispose();
            throw NoWeights();
        }

        string name = its.Network ?? PairLoader.Bundled;
        ModuleClassifier[] members = [.. Enumerable.Range(0, Objective.Members(Setting)).Select(_ => New(name, its.Classes ?? classes))];
        return new ObjectiveParts(name, members, null, members);
    }

    private ModuleClassifier New(string name, int classes)
    {
        ClassifierChoice its = Models.Classifier;
        CatalogClassifier network = NetworkCatalog.Classifiers[name];
        nn.Module<Tensor, Tensor> created = network.Create(classes);
        created.to(LibTorch.DeviceNamed(Models.Device));
        (int, int)? resize = (its.Resize ?? network.Resize) is { } size ? (size, size) : null;
        return new ModuleClassifier(created, classes, its.HasNormalization ? its.Normalization : network.Normalization, resize,
            disposeNetwork: true);
    }

    private static ArgumentException NoWeights() =>
        new("Only a classifier of weights can be trained: name its network with --classifier-network.");
}
