using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Sampling;
using DenoisedSmoothing.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Tool;

/// <summary>Trains a diffusion model and writes it with its card.</summary>
internal sealed class TrainDenoiserRun(TrainDenoiserJob job, TextWriter output)
{
    private const int DefaultSteps = 6000;

    public void Execute(CancellationToken cancellationToken)
    {
        LibTorch.EnsureAvailable();
        NamedDenoiser named = NetworkCatalog.Denoisers[job.Network];
        DenoiserCard card = CardOf(named);
        LabeledImages images = LabeledImages.From(DataSources.OpenSelection(job.Data), cancellationToken: cancellationToken);
        using nn.Module<Tensor, Tensor, Tensor> network = named.Create();
        network.to(LibTorch.DeviceNamed(job.Device));
        TrainingOptions options = new()
        {
            Steps = job.Training.StepsFor(images.Count, DefaultSteps),
            BatchSize = job.Training.Batch,
            LearningRate = job.Training.LearningRate,
            EmaDecay = job.Ema,
            Seed = job.Training.Seed,
            CheckpointFolder = job.Training.Checkpoints,
            CheckpointEvery = job.Training.CheckpointEvery,
        };
        DiffusionTrainer trainer = new(network, card.NewSchedule(), options)
        {
            FirstTimestep = card.Trained.First,
            LastTimestep = card.Trained.Last,
            Timesteps = card.Trained.Chosen,
            TimestepScale = card.TimestepScale,
        };
        output.WriteLine($"{job.Network}, {images.Count} images of {images.Channels}x{images.Height}x{images.Width}, timesteps {card.Trained} of {card.ScheduleTimesteps}, {options.Steps} steps");
        trainer.Train(images, new TrainingView(output), cancellationToken);
        SafetensorsWriter.Write(job.Training.Out, network.state_dict(), card.ToMetadata());
        output.WriteLine($"Denoiser: {job.Training.Out}");
    }

    private DenoiserCard CardOf(NamedDenoiser named)
    {
        DenoiserCard card = new(job.Network, named.Schedule, named.Timesteps, named.TimestepScale, TimestepSet.Range(0, 0));
        INoiseSchedule schedule = card.NewSchedule();
        return card with { Trained = job.Levels.Timesteps(schedule, named.LastTimestep ?? schedule.TimestepCount - 1) };
    }
}
