using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Models;

namespace DenoisedSmoothing.Tool;

/// <summary>Networks that weights alone can be loaded into, by name, with what each was published with.</summary>
internal static class NetworkCatalog
{
    public static IReadOnlyDictionary<string, NamedClassifier> Classifiers { get; } = new Dictionary<string, NamedClassifier>
    {
        ["fashion-mnist"] = new(_ => FashionMnistPair.NewClassifierNetwork()),
        ["resnet20"] = new(classes => new CifarResNet(20, classes, ResNetShortcut.Pad), "imagenet"),
        ["resnet110"] = new(classes => new CifarResNet(110, classes, ResNetShortcut.Convolution), "cifar10", CohenPrefixes: true),
        ["wide-resnet-28-10"] = new(classes => new WideResNet(28, 10, classes)),
        ["vit-b16-cifar10"] = new(_ => new VisionTransformer(VisionTransformerOptions.Base16Cifar10), "symmetric", 224),
        ["beit-l16-512"] = new(_ => new Beit(BeitOptions.Large16Size512), "symmetric", 512, 1000),
    };

    public static IReadOnlyDictionary<string, NamedDenoiser> Denoisers { get; } = new Dictionary<string, NamedDenoiser>
    {
        ["fashion-mnist"] = new(FashionMnistPair.NewDenoiserNetwork, LastTimestep: FashionMnistPair.LastTimestep),
        // A quarter of the channels: an experiment of minutes, for grey images of even height and width.
        ["fashion-mnist-small"] = new(() => new PatchedNetwork(
            new DiffusionUNet(new DiffusionUNetOptions { InChannels = 4, OutChannels = 4, ModelChannels = 32, ChannelMultipliers = [1, 1], ResidualBlocks = 1 }), patch: 2)),
        ["cifar10-small"] = new(() => new PatchedNetwork(
            new DiffusionUNet(new DiffusionUNetOptions { InChannels = 12, OutChannels = 12, ModelChannels = 64, ChannelMultipliers = [1, 1], ResidualBlocks = 2 }), patch: 2)),
        ["improved-diffusion-cifar10"] = new(() => new DiffusionUNet(DiffusionUNetOptions.ImprovedDiffusionCifar10), "cosine", 4000, 0.25),
        ["guided-diffusion-256"] = new(() => new DiffusionUNet(DiffusionUNetOptions.GuidedDiffusionImageNet256), "linear"),
    };

    public static IReadOnlyDictionary<string, Normalization?> Normalizations { get; } = new Dictionary<string, Normalization?>
    {
        ["none"] = null,
        ["imagenet"] = Normalization.ImageNet,
        ["cifar10"] = Normalization.CohenCifar10,
        ["symmetric"] = Normalization.ToSymmetric,
    };
}
