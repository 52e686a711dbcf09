using DenoisedSmoothing;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Sampling;
using DenoisedSmoothing.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Train;

/// <summary>How the bundled pair was trained.</summary>
internal static class PairTraining
{
    public const string DenoiserFile = "denoiser.safetensors", ClassifierFile = "classifier.safetensors";

    private const int DenoiserSteps = 6_000, ClassifierSteps = 6_500;

    public static void Denoiser(LabeledImages images, string folder, int steps, int seed, string device, IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
    {
        LibTorch.EnsureAvailable();
        using nn.Module<Tensor, Tensor, Tensor> network = FashionMnistPair.NewDenoiserNetwork();
        network.to(LibTorch.DeviceNamed(device));
        TrainingOptions options = new()
        {
            Steps = steps > 0 ? steps : DenoiserSteps,
            BatchSize = 64,
            LearningRate = 1e-3,
            Seed = seed,
            CheckpointFolder = Path.Combine(folder, "denoiser"),
        };
        new DiffusionTrainer(network, FashionMnistPair.Schedule, options) { LastTimestep = FashionMnistPair.LastTimestep }.Train(images, progress, cancellationToken);
        SafetensorsWriter.Write(Path.Combine(folder, DenoiserFile), network.state_dict(), null);
    }

    public static void Classifier(LabeledImages images, string folder, int steps, int seed, string device, IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
    {
        LibTorch.EnsureAvailable();
        using nn.Module<Tensor, Tensor> network = FashionMnistPair.NewClassifierNetwork();
        network.to(LibTorch.DeviceNamed(device));
        TrainingOptions options = new()
        {
            Steps = steps > 0 ? steps : ClassifierSteps,
            BatchSize = 128,
            LearningRate = 3e-3,
            WeightDecay = 0.05,
            EmaDecay = 0.998,
            Seed = seed,
            CheckpointFolder = Path.Combine(folder, "classifier"),
        };
        ClassifierTrainer trainer = new(network, options) { Augmentation = new() { Shift = 2, Mirror = true, Soften = 1 }, LabelSmoothing = 0.05 };
        trainer.Train(images, progress, cancellationToken);
        SafetensorsWriter.Write(Path.Combine(folder, ClassifierFile), network.state_dict(), null);
    }
}
