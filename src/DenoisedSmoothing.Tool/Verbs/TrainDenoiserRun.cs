using System.Globalization;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Presets;
using DenoisedSmoothing.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Tool;

/// <summary>Trains a denoiser and writes it with its card.</summary>
/// <param name="Objective">What is minimised.</param>
/// <param name="Network">The network's name.</param>
/// <param name="Levels">The noise levels to train at.</param>
/// <param name="Data">The images.</param>
/// <param name="Training">Steps, seed and files.</param>
/// <param name="Ema">The decay of the weights' moving average.</param>
/// <param name="Device">Where to train.</param>
/// <param name="Output">Where results go.</param>
internal sealed record TrainDenoiserRun(
    DenoiserObjective Objective, string Network, NoiseLevels Levels, DataChoice Data, TrainingChoice Training, double Ema, string Device,
    TextWriter Output)
{
    private const int DefaultSteps = 6000;

    // For a score, in a geometric sequence: enough that any sigma in the range is within a few percent of one.
    private const int ScoreLevels = 50;

    /// <summary>The weights to start from; null for random ones.</summary>
    public string? Start { get; init; }

    /// <summary>Files of the classifiers to train in front of; none for the bundled one.</summary>
    public IReadOnlyList<string> Surrogates { get; init; } = [];

    /// <summary>The network to which the classifiers' weights belong; null where their files say it.</summary>
    public string? SurrogateNetwork { get; init; }

    public int Execute(CancellationToken cancellationToken)
    {
        LibTorch.EnsureAvailable();
        LabeledImages images = LabeledImages.From(DataSources.OpenSelection(Data), cancellationToken: cancellationToken);
        List<IDisposable> owned = [];
        try
        {
            Work work = PlainDenoiserCard.Networks.TryGetValue(Network, out Func<int, nn.Module<Tensor, Tensor>>? plain)
                ? Plain(plain, images.Channels, owned)
                : Objective == DenoiserObjective.Score ? Score(owned) : Diffusion(owned);
            Train(images, work, cancellationToken);
        }
        finally
        {
            owned.ForEach(part => part.Dispose());
        }

        return CommandLine.Done;
    }

    private void Train(LabeledImages images, Work work, CancellationToken cancellationToken)
    {
        TrainingOptions options = new()
        {
            Steps = Training.StepsFor(images.Count, DefaultSteps),
            BatchSize = Training.Batch,
            Initialization = Start is null ? WeightInitialization.Linear : null,
            Seed = Training.Seed,
            CheckpointFolder = Training.Checkpoints,
            CheckpointEvery = Training.CheckpointEvery,
        };
        OptimizerRecipe recipe = new() { LearningRate = Training.LearningRate, EmaDecay = Ema };
        Output.WriteLine(
            $"{Network}, {images.Count} images of {images.Channels}x{images.Height}x{images.Width}, {work.Words}, {options.Steps} steps");
        TrainingView.Show(Output, progress => new Trainer(work.Objective, recipe, options).Train(images, progress, cancellationToken));
        SafetensorsWriter.Write(Training.Out, work.Objective.Network.state_dict(), work.Card);
        Output.WriteLine($"Denoiser: {Training.Out}");
    }

    private Work Plain(Func<int, nn.Module<Tensor, Tensor>> create, int channels, List<IDisposable> owned)
    {
        nn.Module<Tensor, Tensor> network = create(channels);
        owned.Add(network);
        Begin(network);
        return new(Objective.Create!(new DenoisingNetwork(network), Classifiers(owned), Levels.Sigmas[0]),
            new PlainDenoiserCard(Network, channels, Levels.Sigmas[0]).ToMetadata(), Words());
    }

    private Work Score(List<IDisposable> owned)
    {
        nn.Module<Tensor, Tensor, Tensor> network = NetworkCatalog.Denoisers[Network].Create();
        owned.Add(network);
        Begin(network);
        ScoreCard card = new(Network, Levels.Range!.Value);
        ScoreModel score = card.Score(network);
        owned.Add(score);
        IReadOnlyList<double> levels = ScoreMatching.Ladder(card.Sigmas.Last, card.Sigmas.First, ScoreLevels);
        return new(new ScoreMatching(score) { Sigmas = levels }, card.ToMetadata(),
            $"score matching at {levels.Count} levels, {card.TrainedAt}");
    }

    private Work Diffusion(List<IDisposable> owned)
    {
        CatalogDenoiser named = NetworkCatalog.Denoisers[Network];
        DiffusionCard card = CardOf(named);
        nn.Module<Tensor, Tensor, Tensor> network = named.Create();
        owned.Add(network);
        Begin(network);
        DiffusionModel model = new(network, card.NewSchedule(), named.TimestepScale);
        return Objective.Create is { } create
            ? new(create(new DenoisingNetwork(model), Classifiers(owned), Levels.Sigmas[0]), card.ToMetadata(), Words())
            : new(new NoisePrediction(model)
            {
                Timesteps = card.Trained.Chosen ?? [.. Enumerable.Range(card.Trained.First, card.Trained.Last - card.Trained.First + 1)],
            }, card.ToMetadata(), $"timesteps {card.Trained} of {card.ScheduleTimesteps}");
    }

    private string Words() => string.Create(CultureInfo.InvariantCulture, $"{Objective.Name} at sigma {Levels.Sigmas[0]}");

    private void Begin(nn.Module network)
    {
        if (Start is not null)
        {
            using Checkpoint weights = Checkpoint.Open(Start, DenoiserCard.Find(Start) is ScoreCard ? ScoreCard.Weights : new());
            StateDict.Load(network, weights);
        }

        network.to(LibTorch.DeviceNamed(Device));
    }

    private IReadOnlyList<IClassifier> Classifiers(List<IDisposable> owned)
    {
        if (!Objective.NeedsClassifiers)
            return [];
        if (Surrogates.Count == 0)
        {
            FashionMnistPair pair = FashionMnistPair.Load(Device);
            owned.Add(pair);
            return [pair.Classifier];
        }

        List<IClassifier> classifiers = [];
        foreach (string file in Surrogates)
        {
            (IClassifier classifier, _, IDisposable part) = ModelFiles.Classifier(new ModelChoice
            {
                Classifier = new ClassifierChoice { File = file, Network = SurrogateNetwork, Weights = new() { Part = "classifier" } },
                Denoiser = new DenoiserChoice { Weights = new() { Part = "denoiser" } },
                Device = Device,
            });
            owned.Add(part);
            classifiers.Add(classifier);
        }

        return classifiers;
    }

    private DiffusionCard CardOf(CatalogDenoiser named)
    {
        INoiseSchedule schedule = DiffusionCard.NewSchedule(named.Schedule, named.Timesteps);
        return new DiffusionCard(Network, named.Schedule, named.Timesteps, named.TimestepScale,
            Levels.Timesteps(schedule, named.LastTimestep ?? schedule.TimestepCount - 1));
    }

    // What is trained, and what is said about it in the file and on the screen.
    private sealed record Work(ITrainingObjective Objective, IReadOnlyDictionary<string, string> Card, string Words);
}
