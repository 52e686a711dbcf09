using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Models;

namespace DenoisedSmoothing.Presets;

/// <summary>The networks of this library that weights alone can be loaded into, by name, with what each was published with.</summary>
public static class NetworkCatalog
{
    /// <summary>Classifiers by name.</summary>
    public static IReadOnlyDictionary<string, CatalogClassifier> Classifiers { get; } = new Dictionary<string, CatalogClassifier>
    {
        ["fashion-mnist"] = new(classes => new CifarResNet(20, classes, ResNetShortcut.Pad, inChannels: 1)),
        ["lenet"] = new(classes => new LeNet(classes)),
        ["resnet20"] = new(classes => new CifarResNet(20, classes, ResNetShortcut.Pad)) { Normalization = Normalization.ImageNet },
        // Cohen et al. and Salman et al. save a Sequential whose first module normalises, at times through DataParallel.
        ["resnet110"] = new(classes => new CifarResNet(110, classes, ResNetShortcut.Convolution))
        {
            Normalization = Normalization.CohenCifar10,
            Checkpoint = new() { StripPrefixes = ["1.", "module."] },
        },
        ["wide-resnet-28-10"] = new(classes => new WideResNet(28, 10, classes)),
        ["vit-b16-cifar10"] = new(_ => new VisionTransformer(VisionTransformerOptions.Base16Cifar10))
        {
            Normalization = Normalization.ToSymmetric,
            Resize = 224,
        },
        ["beit-l16-512"] = new(_ => new Beit(BeitOptions.Large16Size512))
        {
            Normalization = Normalization.ToSymmetric,
            Resize = 512,
            ClassCount = 1000,
        },
    };

    /// <summary>Diffusion networks by name.</summary>
    public static IReadOnlyDictionary<string, CatalogDenoiser> Denoisers { get; } = new Dictionary<string, CatalogDenoiser>
    {
        ["fashion-mnist"] = new(() => Patched(inChannels: 4, channels: 64, blocks: 2)) { LastTimestep = 799 },
        // A quarter of the work: an experiment of minutes, for grey images of even height and width.
        ["fashion-mnist-small"] = new(() => Patched(inChannels: 4, channels: 32, blocks: 1)),
        ["cifar10-small"] = new(() => Patched(inChannels: 12, channels: 64, blocks: 2)),
        ["improved-diffusion-cifar10"] = new(() => new DiffusionUNet(DiffusionUNetOptions.ImprovedDiffusionCifar10))
        {
            Timesteps = 4000,
            TimestepScale = 0.25,
        },
        ["guided-diffusion-256"] = new(() => new DiffusionUNet(DiffusionUNetOptions.GuidedDiffusionImageNet256)) { Schedule = "linear" },
        ["ddpm-cifar10"] = new(() => new UNet2DModel(UNet2DModelOptions.DdpmCifar10))
        {
            Schedule = "linear",
            Read = static (path, how) => Hub.PretrainedDiffusion.Load(path, "ddpm-cifar10", UNet2DModelOptions.DdpmCifar10, how),
        },
        ["edm"] = Edm(null),
        ["edm-vp"] = Edm(SdePreconditioning.VariancePreserving),
        ["edm-ve"] = Edm(SdePreconditioning.VarianceExploding),
        ["edm-cifar10-ddpmpp"] = new(() => new EdmUNet(EdmUNetOptions.Cifar10DdpmPlusPlus)) { IsEdm = true },
        ["edm-cifar10-ncsnpp"] = new(() => new EdmUNet(EdmUNetOptions.Cifar10NcsnPlusPlus)) { IsEdm = true },
    };

    /// <summary>What classifiers want of their pixels, by name; null takes [0,1] as it is.</summary>
    public static IReadOnlyDictionary<string, Normalization?> Normalizations { get; } = new Dictionary<string, Normalization?>
    {
        ["none"] = null,
        ["imagenet"] = Normalization.ImageNet,
        ["cifar10"] = Normalization.CohenCifar10,
        ["symmetric"] = Normalization.ToSymmetric,
    };

    // Whatever network of theirs the file holds.
    private static CatalogDenoiser Edm(SdePreconditioning? baseline) => new(() => new EdmUNet(EdmUNetOptions.Cifar10DdpmPlusPlus))
    {
        IsEdm = true,
        Baseline = baseline,
        Read = Hub.PretrainedEdm.Load,
    };

    // A U-Net on 2x2 patches.
    private static PatchedNetwork Patched(int inChannels, int channels, int blocks) => new(
        new DiffusionUNet(new DiffusionUNetOptions
        {
            InChannels = inChannels,
            OutChannels = inChannels,
            ModelChannels = channels,
            ChannelMultipliers = [1, 1],
            ResidualBlocks = blocks,
        }), patch: 2);
}
