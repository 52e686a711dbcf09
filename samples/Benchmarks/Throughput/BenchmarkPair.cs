using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Models;
using DenoisedSmoothing.Networks;
using DenoisedSmoothing.Presets;
using DenoisedSmoothing.Schedules;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Benchmarks;

/// <summary>
/// One of the pairs, as <see cref="PretrainedPairs"/> and <see cref="FashionMnistPair"/> put them together, in a chosen precision.
/// </summary>
/// <param name="Denoiser">One-shot.</param>
/// <param name="Classifier">With its normalisation and resizing.</param>
/// <param name="Sigma">The smoothing noise.</param>
/// <param name="Images">Clean images in [0,1]: real ones for the bundled pair, uniform ones for synthetic weights.</param>
/// <param name="DenoiserWork">Floating-point operations a sample.</param>
/// <param name="ClassifierWork">Floating-point operations a sample.</param>
/// <param name="Owned">What is freed with it.</param>
internal sealed record BenchmarkPair(
    OneShotDenoiser Denoiser, ModuleClassifier Classifier, double Sigma, IReadOnlyList<Tensor> Images, double DenoiserWork,
        double ClassifierWork,
    IReadOnlyList<IDisposable> Owned) : IDisposable
{
    /// <summary>The pairs' names.</summary>
    public static string[] Names { get; } = ["cifar10", "imagenet", "fashion-mnist"];

    /// <summary>Builds a pair; the paper's get the goldens' synthetic weights.</summary>
    public static BenchmarkPair Create(string name, ScalarType precision, string device) => name switch
    {
        "cifar10" => Paper(
            DiffusionUNetOptions.ImprovedDiffusionCifar10, new CosineSchedule(4000), .25, 32,
            new VisionTransformer(VisionTransformerOptions.Base16Cifar10), WorkPerSample.Of(VisionTransformerOptions.Base16Cifar10), 10,
                224, precision, device),
        "imagenet" => Paper(
            DiffusionUNetOptions.GuidedDiffusionImageNet256, new LinearSchedule(1000), 1, 224,
            new Beit(BeitOptions.Large16Size512), WorkPerSample.Of(BeitOptions.Large16Size512), 1000, 512, precision, device),
        "fashion-mnist" => Bundled(precision, device),
        _ => throw new ArgumentException($"There is no pair {name}: {string.Join(", ", Names)}.", nameof(name)),
    };

    public void Dispose()
    {
        foreach (IDisposable part in Owned)
            part.Dispose();
        foreach (Tensor image in Images)
            image.Dispose();
    }

    private static BenchmarkPair Paper(
        DiffusionUNetOptions options, INoiseSchedule schedule, double timestepScale, int size,
        nn.Module<Tensor, Tensor> network, double classifierWork, int classes, int resizeTo, ScalarType precision, string device)
    {
        DiffusionUNet unet = new(options);
        SyntheticWeights.Fill(unet);
        unet.to(LibTorch.DeviceNamed(device));
        SyntheticWeights.Fill(network);
        network.to(LibTorch.DeviceNamed(device));
        OneShotDenoiser denoiser = precision == ScalarType.Float32
            ? new OneShotDenoiser(unet, schedule, timestepScale)
            : new OneShotDenoiser(new HalfPrecisionNetwork(unet, precision), schedule, timestepScale);
        ModuleClassifier classifier = precision == ScalarType.Float32
            ? new ModuleClassifier(network, classes, Normalization.ToSymmetric, (resizeTo, resizeTo))
            : new ModuleClassifier(new HalfPrecisionNetwork(network, precision), classes, Normalization.ToSymmetric, (resizeTo, resizeTo));
        // Below the last timesteps of both schedules, at a noise that the paper uses.
        return new(denoiser, classifier, .5, [SyntheticWeights.Input(1, [3, size, size], 0, 1)],
            WorkPerSample.Of(options, size, size), classifierWork, [classifier, unet, network]);
    }

    private static BenchmarkPair Bundled(ScalarType precision, string device)
    {
        FashionMnistPair pair = FashionMnistPair.Load(device);
        ModuleClassifier classifier = (ModuleClassifier)pair.Classifier;
        DiffusionModel model = pair.Diffusion;
        DiffusionUNetOptions options = new()
        {
            InChannels = 4,
            OutChannels = 4,
            ModelChannels = 64,
            ChannelMultipliers = [1, 1],
            ResidualBlocks = 2,
        };
        using Tensor row = zeros([1, 1, 28, 28], device: LibTorch.DeviceNamed("cpu"));
        double classifierWork;
        using (nn.Module<Tensor, Tensor> counted = FashionMnistPair.NewClassifierNetwork())
            classifierWork = WorkPerSample.Of(counted, row);
        if (precision != ScalarType.Float32)
        {
            model = new DiffusionModel(new HalfPrecisionNetwork((nn.Module)model.Network, precision), model.Schedule, model.TimestepScale,
                model.LastTimestep);
            classifier = new ModuleClassifier(new HalfPrecisionNetwork((nn.Module)classifier.Network, precision), classifier.ClassCount);
        }

        LabeledImages images = FashionMnistPair.TestImages();
        return new(new OneShotDenoiser(model), classifier, .5, [.. Enumerable.Range(0, 100).Select(images.Image)],
            WorkPerSample.Of(options, 14, 14), classifierWork, [pair]);
    }
}
