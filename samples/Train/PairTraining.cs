using DenoisedSmoothing;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Denoising;
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

    public static void Denoiser(LabeledImages images, string folder, int steps, int seed, string device,
        IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
    {
        LibTorch.EnsureAvailable();
        using nn.Module<Tensor, Tensor, Tensor> network = FashionMnistPair.NewDenoiserNetwork();
        network.to(LibTorch.DeviceNamed(device));
        TrainingOptions options = new()
        {
            Steps = steps > 0 ? steps : DenoiserSteps,
            BatchSize = 64,
            Initialization = WeightInitialization.Linear,
            Seed = seed,
            CheckpointFolder = Path.Combine(folder, "denoiser"),
        };
        NoisePrediction objective = new(new DiffusionModel(
            network, FashionMnistPair.Schedule, lastTimestep: FashionMnistPair.LastTimestep));
        OptimizerRecipe recipe = new() { LearningRate = 1e-3, EmaDecay = 0.999 };
        new Trainer(objective, recipe, options).Train(images, progress, cancellationToken);
        SafetensorsWriter.Write(Path.Combine(folder, DenoiserFile), network.state_dict(), null);
    }

    public static void Classifier(LabeledImages images, string folder, int steps, int seed, string device,
        IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
    {
        LibTorch.EnsureAvailable();
        using nn.Module<Tensor, Tensor> network = FashionMnistPair.NewClassifierNetwork();
        network.to(LibTorch.DeviceNamed(device));
        TrainingOptions options = new()
        {
            Steps = steps > 0 ? steps : ClassifierSteps,
            BatchSize = 128,
            Augmentation = new() { Shift = 2, Mirror = true, Soften = 1 },
            Initialization = WeightInitialization.Relu,
            Seed = seed,
            CheckpointFolder = Path.Combine(folder, "classifier"),
        };
        using ModuleClassifier module = new(network, images.ClassCount);
        OptimizerRecipe recipe = new() { LearningRate = 3e-3, WeightDecay = 0.05, EmaDecay = 0.998 };
        new Trainer(new CrossEntropy(module) { LabelSmoothing = 0.05 }, recipe, options).Train(images, progress, cancellationToken);
        SafetensorsWriter.Write(Path.Combine(folder, ClassifierFile), network.state_dict(), null);
    }
}
