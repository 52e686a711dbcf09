using System.Text.RegularExpressions;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Models;
using DenoisedSmoothing.Preprocessing;

namespace DenoisedSmoothing.Hub;

/// <summary>
/// A network as described by timm's config.json on the hub (timm/models/_hub.py): the name of an architecture, and how it prepares its
/// images. The weights do not tell architectures of one family apart, so the name has to be known here.
/// </summary>
internal static partial class TimmModel
{
    private const string ArchitectureKey = "architecture", PoolKey = "global_pool";

    /// <summary>What architecture may be.</summary>
    public const string Known = "resnet18 to resnet152, wide_resnet50_2, wide_resnet101_2, resnext50_32x4d, resnext101_32x8d, "
        + "convnext_SIZE, convnextv2_SIZE, vit_SIZE_patchP_S, deit_SIZE_patch16_S, deit_SIZE_distilled_patch16_S, beit_SIZE_patch16_S, "
        + "beitv2_SIZE_patch16_224, swin_SIZE_patch4_windowW_S";

    /// <summary>The network's options, complete.</summary>
    /// <exception cref="CheckpointException">
    /// The model is not known, its settings are not possible here, or the weights are of another network.
    /// </exception>
    public static RecognisedWeights Read(HubConfig config, ITensorSource source)
    {
        string name = config.Text(ArchitectureKey) ?? throw config.Wrong(ArchitectureKey, "the name of a timm model");
        string family = Family(name) ?? throw CheckpointException.In(config.File,
            $"architecture is {CheckpointException.Quote(name)}; known here are {Known}", ModelExport.Advice);
        if (config.Inner("model_args") is { } arguments
            && arguments.Names.FirstOrDefault(argument => argument is not ("img_size" or "num_classes")) is { } strange)
            throw arguments.Refused(strange, "no such argument");
        RecognisedWeights? weights = RecognisedWeights.Of(source);
        // A distilled DeiT and a ViT differ by a token, which the weights show; plain DeiT is a ViT.
        bool fits = weights?.Naming is RecognisedWeights.Timm or RecognisedWeights.Either
            && (weights.Family == family || (weights.Family == "ViT" && name.StartsWith("deit_", StringComparison.Ordinal)
                && !name.Contains("distilled", StringComparison.Ordinal)));
        if (!fits)
        {
            throw CheckpointException.In(source.Name, $"its weights are not those of the {name} that config.json speaks of",
                "Settings and weights are of different models: fetch them together.");
        }

        config.Only(PoolKey, family is "ViT" or "DeiT" ? "token" : "avg");
        return weights! with
        {
            Options = weights.Options switch
            {
                VisionTransformerOptions options => options with
                {
                    AttentionHeads = HeadsOf(options.HiddenSize)
                        ?? throw CheckpointException.In(source.Name, $"a {name} has no tokens of {options.HiddenSize} numbers"),
                    LayerNormEpsilon = 1e-6,
                },
                SwinOptions options => OfWholeWindows(options with { ImageSize = Side(config) }, config),
                _ => weights.Options,
            },
        };
    }

    /// <summary>Attention heads of a ViT by the width of its tokens, as in timm's and torchvision's published models.</summary>
    public static int? HeadsOf(int width) => width switch { 192 => 3, 384 => 6, 768 => 12, 1024 => 16, 1280 => 16, _ => null };

    /// <summary>How the model prepares its images.</summary>
    /// <exception cref="CheckpointException">It asks for something that is not known here.</exception>
    public static ImagePreparation Preparation(HubConfig config, int channels)
    {
        HubConfig images = Images(config);
        int side = Side(config);
        Resampling resampling = images.Text("interpolation") switch
        {
            "bicubic" => Resampling.Bicubic,
            "bilinear" => Resampling.Bilinear,
            _ => throw images.Refused("interpolation", "'bilinear' or 'bicubic'"),
        };
        double share = images.Number("crop_pct") ?? 0.875;
        if (share is not (> 0 and <= 1))
            throw images.Wrong("crop_pct", "above 0 and at most 1");
        int scaled = (int)Math.Floor(side / share);
        ImagePreprocess resized = (images.Text("crop_mode") ?? "center") switch
        {
            "center" => new ImagePreprocess().Resize(scaled, resampling),
            "squash" => new ImagePreprocess().ResizeTo(scaled, scaled, resampling),
            _ => throw images.Refused("crop_mode", "'center' or 'squash'"),
        };
        float[] mean = images.Numbers("mean") ?? throw images.Wrong("mean", "numbers"), std = images.Numbers("std")
            ?? throw images.Wrong("std", "numbers");
        if (mean.Length != channels || std.Length != channels)
            throw images.Wrong(mean.Length != channels ? "mean" : "std", $"one number for each of {channels} channels");
        try
        {
            return new ImagePreparation(resized.CenterCrop(side).Exactly(channels, side, side), side, new Normalization(mean, std));
        }
        catch (ArgumentException e)
        {
            throw CheckpointException.In(images.File, e.Message.TrimEnd('.'), "Correct mean and std.", e);
        }
    }

    /// <summary>The names of the classes; null where the file has none.</summary>
    public static string[]? Labels(HubConfig config) => config.Texts("label_names")
        ?? (config.Has("pretrained_cfg") ? Images(config).Texts("label_names") : null);

    // Where windows do not fill a stage, timm shifts before it pads; Hugging Face, and the network here, pad first.
    private static SwinOptions OfWholeWindows(SwinOptions options, HubConfig config)
    {
        for (int stage = 0; stage < options.Depths.Count; stage++)
        {
            int side = options.Side(stage);
            if (options.ImageSize % options.PatchSize != 0 || side % options.Window(stage).Window != 0
                || (stage + 1 < options.Depths.Count && side % 2 != 0))
                throw Images(config).Refused("input_size", $"one that windows of {options.WindowSize} tokens fill in each stage");
        }

        return options;
    }

    private static HubConfig Images(HubConfig config) => config.Inner("pretrained_cfg") ?? config;

    private static int Side(HubConfig config) => Images(config).Wholes("input_size") is [_, int height, int width]
        && height == width && height is >= 1 and <= 1 << 14
        ? height
        : throw Images(config).Wrong("input_size", "channels, height and width of a square");

    private static string? Family(string name) =>
        ResNet().IsMatch(name) ? "ResNet"
        : ConvNext().IsMatch(name) ? "ConvNeXt"
        : Swin().IsMatch(name) ? "Swin"
        : Beit().IsMatch(name) ? "BEiT"
        : Deit().IsMatch(name) ? "DeiT"
        : ViT().IsMatch(name) ? "ViT"
        : null;

    [GeneratedRegex(@"^(tv_)?(resnet(18|34|50|101|152)|wide_resnet(50|101)_2|resnext50_32x4d|resnext101_(32x8d|64x4d))\z")]
    private static partial Regex ResNet();

    // Not the smallest ones of the first version, whose norms differ, nor xxlarge, whose epsilon differs.
    [GeneratedRegex(@"^(convnext_(tiny|small|base|large|xlarge)|convnextv2_(atto|femto|pico|nano|tiny|small|base|large|huge))\z")]
    private static partial Regex ConvNext();

    [GeneratedRegex(@"^swin_(tiny|small|base|large)_patch4_window(7_224|12_384)\z")]
    private static partial Regex Swin();

    [GeneratedRegex(@"^(beit_(base|large)_patch16_(224|384|512)|beitv2_(base|large)_patch16_224)\z")]
    private static partial Regex Beit();

    [GeneratedRegex(@"^deit_(tiny|small|base)(_distilled)?_patch16_(224|384)\z")]
    private static partial Regex Deit();

    [GeneratedRegex(@"^vit_(tiny|small|base|large|huge)_patch(8|14|16|32)_(224|384)\z")]
    private static partial Regex ViT();
}
