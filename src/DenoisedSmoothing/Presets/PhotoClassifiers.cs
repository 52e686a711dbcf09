using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Models;
using DenoisedSmoothing.Preprocessing;

namespace DenoisedSmoothing.Presets;

/// <summary>
/// Networks for photos under the names that torchvision and timm give them, with the preprocessing of their published weights
/// (torchvision's *_Weights, timm's default_cfgs), 1000 classes.
/// </summary>
internal static class PhotoClassifiers
{
    public static IEnumerable<KeyValuePair<string, CatalogClassifier>> All => [.. ResNets, .. ConvNexts, .. TorchVisionViTs, .. TimmViTs,
        .. Beits, .. Swins];

    // Cohen's and Salman's ImageNet models are resnet50 as well.
    private static IEnumerable<KeyValuePair<string, CatalogClassifier>> ResNets => new (string, ResNetOptions)[]
    {
        ("resnet18", ResNetOptions.ResNet18), ("resnet34", ResNetOptions.ResNet34), ("resnet50", ResNetOptions.ResNet50),
        ("resnet101", ResNetOptions.ResNet101), ("resnet152", ResNetOptions.ResNet152),
        ("wide_resnet50_2", ResNetOptions.WideResNet50), ("wide_resnet101_2", ResNetOptions.WideResNet101),
        ("resnext50_32x4d", ResNetOptions.ResNeXt50), ("resnext101_32x8d", ResNetOptions.ResNeXt101),
    }.Select(entry => Entry(entry.Item1, new(classes => new ResNet(entry.Item2 with { ClassCount = classes })), Normalization.ImageNet, 224,
        256, Resampling.Bilinear));

    private static IEnumerable<KeyValuePair<string, CatalogClassifier>> ConvNexts => new (string, ConvNextOptions)[]
    {
        ("convnext_tiny", ConvNextOptions.Tiny), ("convnext_small", ConvNextOptions.Small), ("convnext_base", ConvNextOptions.Base),
        ("convnext_large", ConvNextOptions.Large),
    }.Select(entry => Entry(entry.Item1, new(classes => new ConvNext(entry.Item2 with { ClassCount = classes })), Normalization.ImageNet,
        224, 256, Resampling.Bicubic));

    private static IEnumerable<KeyValuePair<string, CatalogClassifier>> TorchVisionViTs => new (string, string, int, int)[]
    {
        ("vit_b_16", "base", 16, 256), ("vit_b_32", "base", 32, 256), ("vit_l_16", "large", 16, 242),
    }.Select(entry => Entry(entry.Item1, ViT(entry.Item2, entry.Item3, 224), Normalization.ImageNet, 224, entry.Item4,
        Resampling.Bilinear));

    private static IEnumerable<KeyValuePair<string, CatalogClassifier>> TimmViTs
    {
        get
        {
            foreach ((string size, int patch, int side) in new[]
            {
                ("tiny", 16, 224), ("small", 16, 224), ("small", 32, 224), ("base", 16, 224), ("base", 32, 224), ("base", 16, 384),
                ("large", 16, 224), ("large", 16, 384),
            })
            {
                yield return Entry(Text($"vit_{size}_patch{patch}_{side}"), ViT(size, patch, side), Normalization.ToSymmetric, side,
                    Shorter(side), Resampling.Bicubic);
            }

            foreach ((string size, int side) in new[] { ("tiny", 224), ("small", 224), ("base", 224), ("base", 384) })
            {
                yield return Entry(Text($"deit_{size}_patch16_{side}"), ViT(size, 16, side), Normalization.ImageNet, side, Shorter(side),
                    Resampling.Bicubic);
                yield return Entry(Text($"deit_{size}_distilled_patch16_{side}"), ViT(size, 16, side, DistillationToken.Averaged),
                    Normalization.ImageNet, side, Shorter(side), Resampling.Bicubic);
            }
        }
    }

    private static IEnumerable<KeyValuePair<string, CatalogClassifier>> Beits
    {
        get
        {
            BeitOptions @base = new() { EmbedDim = 768, Depth = 12, Heads = 12, LayerScale = 0.1 };
            BeitOptions large = BeitOptions.Large16Size512 with { ImageSize = 224 };
            foreach ((string name, BeitOptions options, Normalization normalization, int shorter) in new[]
            {
                ("beit_base_patch16_224", @base, Normalization.ToSymmetric, 248),
                ("beit_base_patch16_384", @base with { ImageSize = 384 }, Normalization.ToSymmetric, 384),
                ("beit_large_patch16_224", large, Normalization.ToSymmetric, 248),
                ("beit_large_patch16_384", large with { ImageSize = 384 }, Normalization.ToSymmetric, 384),
                ("beit_large_patch16_512", BeitOptions.Large16Size512, Normalization.ToSymmetric, 512),
                ("beitv2_base_patch16_224", @base with { LayerScale = 1e-5 }, Normalization.ImageNet, 248),
                ("beitv2_large_patch16_224", large, Normalization.ImageNet, 235),
            })
            {
                yield return Entry(name, new(classes => new Beit(options with { ClassCount = classes })), normalization, options.ImageSize,
                    shorter, Resampling.Bicubic);
            }
        }
    }

    private static IEnumerable<KeyValuePair<string, CatalogClassifier>> Swins => new (string, SwinOptions)[]
    {
        ("tiny", SwinOptions.Tiny), ("small", SwinOptions.Small), ("base", SwinOptions.Base), ("large", SwinOptions.Large),
        ("base", SwinOptions.Base with { WindowSize = 12, ImageSize = 384 }),
        ("large", SwinOptions.Large with { WindowSize = 12, ImageSize = 384 }),
    }.Select(entry => Entry(Text($"swin_{entry.Item1}_patch4_window{entry.Item2.WindowSize}_{entry.Item2.ImageSize}"),
        new(classes => new SwinTransformer(entry.Item2 with { ClassCount = classes })), Normalization.ImageNet, entry.Item2.ImageSize,
        Shorter(entry.Item2.ImageSize), Resampling.Bicubic));

    private static CatalogClassifier ViT(string size, int patch, int side, DistillationToken distillation = DistillationToken.None)
    {
        (int width, int layers, int heads) = size switch
        {
            "tiny" => (192, 12, 3),
            "small" => (384, 12, 6),
            "base" => (768, 12, 12),
            _ => (1024, 24, 16),
        };
        return new(classes => new VisionTransformer(new VisionTransformerOptions
        {
            ImageSize = side,
            PatchSize = patch,
            HiddenSize = width,
            HiddenLayers = layers,
            AttentionHeads = heads,
            IntermediateSize = 4 * width,
            LayerNormEpsilon = 1e-6,
            Distillation = distillation,
            ClassCount = classes,
        }));
    }

    // timm's crop_pct: .9 at 224, 1 above.
    private static int Shorter(int side) => side > 224 ? side : (int)(side / 0.9);

    private static string Text(FormattableString text) => FormattableString.Invariant(text);

    private static KeyValuePair<string, CatalogClassifier> Entry(
        string name, CatalogClassifier network, Normalization normalization, int side, int shorter, Resampling resampling) => new(name,
        network with
        {
            Normalization = normalization,
            Resize = side,
            ClassCount = 1000,
            Preprocess = new ImagePreprocess().Resize(shorter, resampling).CenterCrop(side).Exactly(3, side, side),
        });
}
