using DenoisedSmoothing;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Models;
using DenoisedSmoothing.Networks;
using DenoisedSmoothing.OnnxRuntime;
using TorchSharp;
using static TorchSharp.torch;

namespace BringYourOwnModel;

/// <summary>Classifiers and denoisers from files, by what the file is.</summary>
internal static class ModelFiles
{
    // With what each was published: the commonest mistake with these files is the wrong setting beside the right weights.
    private static readonly Dictionary<string, NamedClassifier> s_classifiers = new()
    {
        ["fashion-mnist"] = new(_ => FashionMnistPair.NewClassifierNetwork()),
        ["resnet20"] = new(classes => new CifarResNet(20, classes, ResNetShortcut.Pad), "imagenet"),
        ["resnet110"] = new(classes => new CifarResNet(110, classes, ResNetShortcut.Convolution), "cifar10"),
        ["wide-resnet-28-10"] = new(classes => new WideResNet(28, 10, classes)),
        ["vit-b16-cifar10"] = new(_ => new VisionTransformer(VisionTransformerOptions.Base16Cifar10), "symmetric", 224),
        ["beit-l16-512"] = new(_ => new Beit(BeitOptions.Large16Size512), "symmetric", 512),
    };

    private static readonly Dictionary<string, NamedDenoiser> s_denoisers = new()
    {
        ["fashion-mnist"] = new(FashionMnistPair.NewDenoiserNetwork),
        ["improved-diffusion-cifar10"] = new(() => new DiffusionUNet(DiffusionUNetOptions.ImprovedDiffusionCifar10), "cosine", 4000, 0.25),
        ["guided-diffusion-256"] = new(() => new DiffusionUNet(DiffusionUNetOptions.GuidedDiffusionImageNet256), "linear"),
    };

    private static readonly NamedClassifier s_anyClassifier = new(_ => throw new InvalidOperationException("No network was named."));
    private static readonly NamedDenoiser s_anyDenoiser = new(() => throw new InvalidOperationException("No network was named."));

    public static string ClassifierNetworks => string.Join(", ", s_classifiers.Keys);

    public static string DenoiserNetworks => string.Join(", ", s_denoisers.Keys);

    public static IReadOnlyDictionary<string, Normalization?> Normalizations { get; } = new Dictionary<string, Normalization?>
    {
        ["none"] = null,
        ["imagenet"] = Normalization.ImageNet,
        ["cifar10"] = Normalization.CohenCifar10,
        ["symmetric"] = Normalization.ToSymmetric,
    };

    public static NamedClassifier DefaultsOfClassifier(string? network) => network is null ? s_anyClassifier : s_classifiers.GetValueOrDefault(network, s_anyClassifier);

    public static NamedDenoiser DefaultsOfDenoiser(string? network) => network is null ? s_anyDenoiser : s_denoisers.GetValueOrDefault(network, s_anyDenoiser);

    public static (IClassifier, IDisposable) Classifier(ModelOptions options)
    {
        string path = Existing(options.Classifier);
        int classes = options.Classes ?? 10;
        (int, int)? resizeTo = options.Resize is { } size ? (size, size) : null;
        if (IsOnnx(path))
        {
            OnnxClassifier onnx = OnnxClassifier.Load(path, options.Classes, options.Normalization, resizeTo);
            return (onnx, onnx);
        }

        ModuleClassifier classifier = TorchScriptNetwork.IsTorchScript(path)
            ? TorchScript.LoadClassifier(path, classes, options.Normalization, resizeTo, options.Device)
            : new ModuleClassifier(
                WithWeights(Named(s_classifiers, options.ClassifierNetwork, path, "--network").Create(classes), path, options.Device),
                classes, options.Normalization, resizeTo, disposeNetwork: true);
        return (classifier, classifier);
    }

    public static (IDenoiser, IDisposable?) Denoiser(ModelOptions options)
    {
        if (options.Denoiser is null)
            return (new IdentityDenoiser(), null);
        string path = Existing(options.Denoiser);
        if (IsOnnx(path))
        {
            OnnxDenoiser onnx = OnnxDenoiser.Load(path, options.Schedule, options.Predicts, options.TimestepScale);
            return (onnx, onnx);
        }

        OneShotDenoiser denoiser = TorchScriptNetwork.IsTorchScript(path)
            ? TorchScript.LoadDenoiser(path, options.Schedule, options.TimestepScale, parametrization: options.Predicts, device: options.Device)
            : new OneShotDenoiser(
                WithWeights(Named(s_denoisers, options.DenoiserNetwork, path, "--denoiser-network").Create(), path, options.Device),
                options.Schedule, options.TimestepScale, parametrization: options.Predicts, disposeNetwork: true);
        return (denoiser, denoiser);
    }

    private static TNetwork WithWeights<TNetwork>(TNetwork network, string path, string device) where TNetwork : nn.Module
    {
        using Checkpoint checkpoint = Checkpoint.Open(path);
        StateDict.Load(network, checkpoint);
        network.to(LibTorch.DeviceNamed(device));
        return network;
    }

    private static T Named<T>(Dictionary<string, T> networks, string? name, string path, string option) => name is not null && networks.TryGetValue(name, out T? network)
        ? network
        : throw new ArgumentException($"{path} holds weights alone: say what network they belong to with {option} {string.Join(" | ", networks.Keys)}.");

    private static bool IsOnnx(string path) => Path.GetExtension(path).Equals(".onnx", StringComparison.OrdinalIgnoreCase);

    private static string Existing(string path) => File.Exists(path) ? path : throw new FileNotFoundException($"There is no file '{path}'.");
}
