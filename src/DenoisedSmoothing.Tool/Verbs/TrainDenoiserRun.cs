using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Training;
using TorchSharp;
using static TorchSharp.torch;
using DenoisedSmoothing.Presets;

namespace DenoisedSmoothing.Tool;

/// <summary>Trains a diffusion model and writes it with its card.</summary>
/// <param name="Network">The network's name in the catalog.</param>
/// <param name="Levels">The noise levels to train at.</param>
/// <param name="Data">The images.</param>
/// <param name="Training">Steps, seed and files.</param>
/// <param name="Ema">The decay of the weights' moving average.</param>
/// <param name="Device">Where to train.</param>
/// <param name="Output">Where results go.</param>
internal sealed record TrainDenoiserRun(
    string Network, NoiseLevels Levels, DataChoice Data, TrainingChoice Training, double Ema, string Device, TextWriter Output)
{
    private const int DefaultSteps = 6000;

    public int Execute(CancellationToken cancellationToken)
    {
        LibTorch.EnsureAvailable();
        CatalogDenoiser named = NetworkCatalog.Denoisers[Network];
        DenoiserCard card = CardOf(named);
        LabeledImages images = LabeledImages.From(DataSources.OpenSelection(Data), cancellationToken: cancellationToken);
        using nn.Module<Tensor, Tensor, Tensor> network = named.Create();
        network.to(LibTorch.DeviceNamed(Device));
        TrainingOptions options = new()
        {
            Steps = Training.StepsFor(images.Count, DefaultSteps),
            BatchSize = Training.Batch,
            Initialization = WeightInitialization.Linear,
            Seed = Training.Seed,
            CheckpointFolder = Training.Checkpoints,
            CheckpointEvery = Training.CheckpointEvery,
        };
        NoisePrediction objective = new(new DiffusionModel(network, card.NewSchedule(), card.TimestepScale))
        {
            Timesteps = card.Trained.Chosen ?? [.. Enumerable.Range(card.Trained.First, card.Trained.Last - card.Trained.First + 1)],
        };
        OptimizerRecipe recipe = new() { LearningRate = Training.LearningRate, EmaDecay = Ema };
        Output.WriteLine(
            $"{Network}, {images.Count} images of {images.Channels}x{images.Height}x{images.Width}, timesteps {card.Trained} of "
            + $"{card.ScheduleTimesteps}, {options.Steps} steps");
        new Trainer(objective, recipe, options).Train(images, new TrainingView(Output), cancellationToken);
        SafetensorsWriter.Write(Training.Out, network.state_dict(), card.ToMetadata());
        Output.WriteLine($"Denoiser: {Training.Out}");
        return CommandLine.Done;
    }

    private DenoiserCard CardOf(CatalogDenoiser named)
    {
        DenoiserCard card = new(Network, named.Schedule, named.Timesteps, named.TimestepScale, TimestepSet.Range(0, 0));
        INoiseSchedule schedule = card.NewSchedule();
        return card with { Trained = Levels.Timesteps(schedule, named.LastTimestep ?? schedule.TimestepCount - 1) };
    }
}
