using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Models;
using DenoisedSmoothing.Schedules;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Training;

/// <summary>Small networks and data to train on in seconds.</summary>
internal static class TrainingFixture
{
    /// <summary>8x8 images of two kinds, a bright left or a bright right half, on a noisy ground.</summary>
    public static LabeledImages Halves(int count = 64)
    {
        Random random = new(1);
        byte[] pixels = new byte[count * 64], labels = new byte[count];
        for (int i = 0; i < pixels.Length; i++)
        {
            int image = i / 64, x = i % 8;
            labels[image] = (byte)(image % 2);
            bool bright = x < 4 == (image % 2 == 0);
            pixels[i] = (byte)(random.Next(80) + (bright ? 150 : 0));
        }

        return new LabeledImages(pixels, labels, 1, 8, 8, ["left", "right"]);
    }

    /// <summary>Adam, fast.</summary>
    public static OptimizerRecipe Recipe { get; } = new() { LearningRate = 1e-2, WarmupSteps = 3, EmaDecay = .9 };

    /// <summary>SGD with momentum at a constant rate.</summary>
    public static OptimizerRecipe Sgd { get; } =
        OptimizerRecipe.Sgd(.05, LearningRateSchedule.Constant) with { EmaDecay = .9, Nesterov = true };

    public static TrainingOptions Options(int steps) =>
        new() { Steps = steps, BatchSize = 12, Seed = 4, Initialization = WeightInitialization.Relu };

    public static ModuleClassifier Classifier() => new(ClassifierNetwork(), 2, disposeNetwork: true);

    /// <summary>A vision transformer of two layers, with weights of its own.</summary>
    public static ModuleClassifier Transformer()
    {
        VisionTransformer network = new(new VisionTransformerOptions
        {
            ImageSize = 8,
            PatchSize = 4,
            Channels = 1,
            HiddenSize = 8,
            HiddenLayers = 2,
            AttentionHeads = 2,
            IntermediateSize = 16,
            ClassCount = 2,
        });
        WeightInitialization.Relu.Apply(network, seed: 3);
        return new ModuleClassifier(network, 2, disposeNetwork: true);
    }

    public static DiffusionModel Model(nn.Module<Tensor, Tensor, Tensor> network) => new(network, new CosineSchedule(1000));

    /// <summary>With batch norm, whose running values a checkpoint must carry too.</summary>
    public static nn.Module<Tensor, Tensor> ClassifierNetwork() => nn.Sequential(
        ("conv", nn.Conv2d(1, 8, 3, padding: 1)), ("norm", nn.BatchNorm2d(8)), ("relu", nn.ReLU()), ("flat", nn.Flatten()),
            ("head", nn.Linear(512, 2)));

    public static nn.Module<Tensor, Tensor, Tensor> Denoiser() => new TinyDenoiser();

    public static nn.Module<Tensor, Tensor, Tensor> UNet() => new DiffusionUNet(
        new DiffusionUNetOptions { InChannels = 1, OutChannels = 1, ModelChannels = 32, ChannelMultipliers = [1, 1], ResidualBlocks = 1 });

    public static string[] Weights(nn.Module network)
    {
        using DisposeScope scope = NewDisposeScope();
        return [.. network.state_dict().Select(entry => $"{entry.Key}: {Convert.ToHexString(entry.Value.detach().contiguous().bytes)}")];
    }

    /// <summary>Two convolutions with the timestep as a second channel.</summary>
    private sealed class TinyDenoiser : nn.Module<Tensor, Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> _first = nn.Conv2d(2, 16, 3, padding: 1), _second = nn.Conv2d(16, 1, 3, padding: 1);

        public TinyDenoiser() : base(nameof(TinyDenoiser))
        {
            register_module("first", _first);
            register_module("second", _second);
        }

        public override Tensor forward(Tensor x, Tensor timesteps)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor level = timesteps.div(1000).reshape(-1, 1, 1, 1).expand(x.shape);
            return _second.call(nn.functional.silu(_first.call(cat([x, level], 1)))).MoveToOuterDisposeScope();
        }
    }
}
