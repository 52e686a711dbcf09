using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Hub;
using DenoisedSmoothing.Models;

namespace DenoisedSmoothing.Presets;

/// <summary>
/// The networks of this library into which bare weights can be loaded, by name, with the settings each was published with.
/// </summary>
public static class NetworkCatalog
{
    /// <summary>
    /// Classifiers by name: those of the field, and those of torchvision and timm under the same names (docs/models.md lists them). Cohen
    /// et al.'s and Salman et al.'s ImageNet models are <c>resnet50</c>.
    /// </summary>
    public static IReadOnlyDictionary<string, CatalogClassifier> Classifiers { get; } = new Dictionary<string, CatalogClassifier>(
        PhotoClassifiers.All.Keys.Select(static name => KeyValuePair.Create(name, PhotoClassifiers.Entry(name))))
    {
        ["fashion-mnist"] = new(classes => new CifarResNet(20, classes, ResNetShortcut.Pad, inChannels: 1)),
        ["lenet"] = new(classes => new LeNet(classes)),
        ["resnet20"] = new(classes => new CifarResNet(20, classes, ResNetShortcut.Pad)) { Normalization = Normalization.ImageNet },
        // Cohen et al. and Salman et al. save a Sequential whose first module normalises, sometimes through DataParallel.
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

    /// <summary>How classifiers want their pixels normalised, by name; null takes [0,1] as it is.</summary>
    public static IReadOnlyDictionary<string, Normalization?> Normalizations { get; } = new Dictionary<string, Normalization?>
    {
        ["none"] = null,
        ["imagenet"] = Normalization.ImageNet,
        ["cifar10"] = Normalization.CohenCifar10,
        ["symmetric"] = Normalization.ToSymmetric,
    };

    /// <summary>
    /// The name of the small classifier in this catalog to which a file's weights belong, judged by names and shapes. Networks for photos,
    /// which differ in how they prepare images, are not among these: <see cref="PretrainedModel.Open(string)"/> recognises them.
    /// </summary>
    /// <param name="path">Any format that <see cref="Checkpoint.Open(string)"/> reads.</param>
    /// <param name="options">How it is read; null for the usual way.</param>
    /// <returns>Null where it is not one of them.</returns>
    /// <exception cref="CheckpointException">The file is damaged, hostile or of an unknown kind.</exception>
    public static string? Recognise(string path, CheckpointOptions? options = null)
    {
        using Checkpoint checkpoint = WeightFile.Open(path, options ?? new CheckpointOptions());
        Dictionary<string, IReadOnlyList<long>> shapes =
            checkpoint.Entries.ToDictionary(entry => entry.Name, entry => entry.Shape, StringComparer.Ordinal);
        return Array.Find(s_telling, known => known.Shapes.All(telling =>
                shapes.TryGetValue(telling.Entry, out IReadOnlyList<long>? shape) && shape.SequenceEqual(telling.Shape))
            && !shapes.ContainsKey(known.Absent)).Network;
    }

    // For each a few entries, and one that only a longer network of its kind has.
    private static readonly (string Network, (string Entry, long[] Shape)[] Shapes, string Absent)[] s_telling =
    [
        ("fashion-mnist", [("conv1.weight", [16, 1, 3, 3]), ("layer3.2.conv2.weight", [64, 64, 3, 3]), ("linear.weight", [10, 64])],
            "layer3.3.conv1.weight"),
        ("resnet20", [("conv1.weight", [16, 3, 3, 3]), ("layer3.2.conv2.weight", [64, 64, 3, 3]), ("linear.weight", [10, 64])],
            "layer3.3.conv1.weight"),
        ("resnet110", [("conv1.weight", [16, 3, 3, 3]), ("layer3.17.conv2.weight", [64, 64, 3, 3]), ("fc.weight", [10, 64])],
            "layer3.18.conv1.weight"),
        ("wide-resnet-28-10", [("block1.layer.0.conv1.weight", [160, 16, 3, 3]), ("block3.layer.3.conv2.weight", [640, 640, 3, 3]),
            ("fc.weight", [10, 640])], "block3.layer.4.conv2.weight"),
        ("lenet", [("conv1.weight", [20, 1, 5, 5]), ("conv2.weight", [50, 20, 5, 5]), ("fc2.weight", [10, 500])], "fc3.weight"),
    ];

    // Any network of theirs that the file holds.
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
