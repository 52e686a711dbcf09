using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Sampling;
using DenoisedSmoothing.Training;
using TorchSharp;
using static TorchSharp.torch;
using DenoisedSmoothing.Presets;

namespace DenoisedSmoothing.Tool;

/// <summary>Trains a diffusion model and writes it with its card.</summary>
internal sealed class TrainDenoiserRun(TrainDenoiserJob job, TextWriter output)
{
    private const int DefaultSteps = 6000;

    public void Execute(CancellationToken cancellationToken)
    {
        LibTorch.EnsureAvailable();
        CatalogDenoiser named = NetworkCatalog.Denoisers[job.Network];
        DenoiserCard card = CardOf(named);
        LabeledImages images = LabeledImages.From(DataSources.OpenSelection(job.Data), cancellationToken: cancellationToken);
        using nn.Module<Tensor, Tensor, Tensor> network = named.Create();
        network.to(LibTorch.DeviceNamed(job.Device));
        TrainingOptions options = new()
        {
            Steps = job.Training.StepsFor(images.Count, DefaultSteps),
            BatchSize = job.Training.Batch,
            Initialization = WeightInitialization.Linear,
            Seed = job.Training.Seed,
            CheckpointFolder = job.Training.Checkpoints,
            CheckpointEvery = job.Training.CheckpointEvery,
        };
        NoisePrediction objective = new(new DiffusionModel(network, card.NewSchedule(), card.TimestepScale))
        {
            Timesteps = card.Trained.Chosen ?? [.. Enumerable.Range(card.Trained.First, card.Trained.Last - card.Trained.First + 1)],
        };
        OptimizerRecipe recipe = new() { LearningRate = job.Training.LearningRate, EmaDecay = job.Ema };
        output.WriteLine(
            $"{job.Network}, {images.Count} images of {images.Channels}x{images.Height}x{images.Width}, timesteps {card.Trained} of "
            + $"{card.ScheduleTimesteps}, {options.Steps} steps");
        new Trainer(objective, recipe, options).Train(images, new TrainingView(output), cancellationToken);
        SafetensorsWriter.Write(job.Training.Out, network.state_dict(), card.ToMetadata());
        output.WriteLine($"Denoiser: {job.Training.Out}");
    }

    private DenoiserCard CardOf(CatalogDenoiser named)
    {
        DenoiserCard card = new(job.Network, named.Schedule, named.Timesteps, named.TimestepScale, TimestepSet.Range(0, 0));
        INoiseSchedule schedule = card.NewSchedule();
        return card with { Trained = job.Levels.Timesteps(schedule, named.LastTimestep ?? schedule.TimestepCount - 1) };
    }
}
