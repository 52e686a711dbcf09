using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Hub;
using DenoisedSmoothing.Models;
using DenoisedSmoothing.Preprocessing;

namespace DenoisedSmoothing.Presets;

/// <summary>
/// Networks for photos under their names in torchvision and timm, with the preprocessing of their published weights (torchvision's
/// *_Weights, timm's default_cfgs), 1000 classes.
/// </summary>
internal static class PhotoClassifiers
{
    private static readonly BeitOptions s_beitBase = new() { EmbedDim = 768, Depth = 12, Heads = 12, LayerScale = 0.1 };
    private static readonly BeitOptions s_beitLarge = BeitOptions.Large16Size512 with { ImageSize = 224 };

    /// <summary>
    /// Options and preprocessing by name, including the length to which the shorter side is resized before the middle is cut out.
    /// </summary>
    public static IReadOnlyDictionary<string, (object Options, Normalization Normalization, int Shorter, Resampling Resampling)> All
    { get; } = new Dictionary<string, (object, Normalization, int, Resampling)>
        {
            // Cohen's and Salman's ImageNet models are resnet50 as well.
            ["resnet18"] = ResNet(ResNetOptions.ResNet18),
            ["resnet34"] = ResNet(ResNetOptions.ResNet34),
            ["resnet50"] = ResNet(ResNetOptions.ResNet50),
            ["resnet101"] = ResNet(ResNetOptions.ResNet101),
            ["resnet152"] = ResNet(ResNetOptions.ResNet152),
            ["wide_resnet50_2"] = ResNet(ResNetOptions.WideResNet50),
            ["wide_resnet101_2"] = ResNet(ResNetOptions.WideResNet101),
            ["resnext50_32x4d"] = ResNet(ResNetOptions.ResNeXt50),
            ["resnext101_32x8d"] = ResNet(ResNetOptions.ResNeXt101),
            ["convnext_tiny"] = ConvNext(ConvNextOptions.Tiny),
            ["convnext_small"] = ConvNext(ConvNextOptions.Small),
            ["convnext_base"] = ConvNext(ConvNextOptions.Base),
            ["convnext_large"] = ConvNext(ConvNextOptions.Large),
            ["vit_b_16"] = (ViT(768, 16, 224), Normalization.ImageNet, 256, Resampling.Bilinear),
            ["vit_b_32"] = (ViT(768, 32, 224), Normalization.ImageNet, 256, Resampling.Bilinear),
            ["vit_l_16"] = (ViT(1024, 16, 224), Normalization.ImageNet, 242, Resampling.Bilinear),
            ["vit_tiny_patch16_224"] = Timm(ViT(192, 16, 224)),
            ["vit_small_patch16_224"] = Timm(ViT(384, 16, 224)),
            ["vit_small_patch32_224"] = Timm(ViT(384, 32, 224)),
            ["vit_base_patch16_224"] = Timm(ViT(768, 16, 224)),
            ["vit_base_patch32_224"] = Timm(ViT(768, 32, 224)),
            ["vit_base_patch16_384"] = Timm(ViT(768, 16, 384)),
            ["vit_large_patch16_224"] = Timm(ViT(1024, 16, 224)),
            ["vit_large_patch16_384"] = Timm(ViT(1024, 16, 384)),
            ["deit_tiny_patch16_224"] = Deit(ViT(192, 16, 224)),
            ["deit_small_patch16_224"] = Deit(ViT(384, 16, 224)),
            ["deit_base_patch16_224"] = Deit(ViT(768, 16, 224)),
            ["deit_base_patch16_384"] = Deit(ViT(768, 16, 384)),
            ["deit_tiny_distilled_patch16_224"] = Deit(Distilled(ViT(192, 16, 224))),
            ["deit_small_distilled_patch16_224"] = Deit(Distilled(ViT(384, 16, 224))),
            ["deit_base_distilled_patch16_224"] = Deit(Distilled(ViT(768, 16, 224))),
            ["deit_base_distilled_patch16_384"] = Deit(Distilled(ViT(768, 16, 384))),
            ["beit_base_patch16_224"] = Timm(s_beitBase),
            ["beit_base_patch16_384"] = Timm(s_beitBase with { ImageSize = 384 }),
            ["beit_large_patch16_224"] = Timm(s_beitLarge),
            ["beit_large_patch16_384"] = Timm(s_beitLarge with { ImageSize = 384 }),
            ["beit_large_patch16_512"] = Timm(BeitOptions.Large16Size512),
            ["beitv2_base_patch16_224"] = Deit(s_beitBase with { LayerScale = 1e-5 }),
            ["beitv2_large_patch16_224"] = (s_beitLarge, Normalization.ImageNet, 235, Resampling.Bicubic),
            ["swin_tiny_patch4_window7_224"] = Deit(SwinOptions.Tiny),
            ["swin_small_patch4_window7_224"] = Deit(SwinOptions.Small),
            ["swin_base_patch4_window7_224"] = Deit(SwinOptions.Base),
            ["swin_base_patch4_window12_384"] = Deit(SwinOptions.Base with { WindowSize = 12, ImageSize = 384 }),
            ["swin_large_patch4_window7_224"] = Deit(SwinOptions.Large),
            ["swin_large_patch4_window12_384"] = Deit(SwinOptions.Large with { WindowSize = 12, ImageSize = 384 }),
        };

    /// <summary>The catalog's entry for a name.</summary>
    public static CatalogClassifier Entry(string name)
    {
        (object options, Normalization normalization, int shorter, Resampling resampling) = All[name];
        int side = PhotoNetworks.ImageSize(options) ?? 224;
        return new CatalogClassifier(classes => PhotoNetworks.Create(PhotoNetworks.WithClasses(options, classes)))
        {
            Normalization = normalization,
            Resize = side,
            ClassCount = 1000,
            Preprocess = new ImagePreprocess().Resize(shorter, resampling).CenterCrop(side).Exactly(3, side, side),
        };
    }

    private static (object, Normalization, int, Resampling) ResNet(ResNetOptions options) =>
        (options, Normalization.ImageNet, 256, Resampling.Bilinear);

    private static (object, Normalization, int, Resampling) ConvNext(ConvNextOptions options) =>
        (options, Normalization.ImageNet, 256, Resampling.Bicubic);

    private static (object, Normalization, int, Resampling) Timm(object options) =>
        (options, Normalization.ToSymmetric, Shorter(options), Resampling.Bicubic);

    // DeiT; Swin and BEiT v2 follow it.
    private static (object, Normalization, int, Resampling) Deit(object options) =>
        (options, Normalization.ImageNet, Shorter(options), Resampling.Bicubic);

    // timm's crop_pct: .9 at 224, 1 above.
    private static int Shorter(object options) => PhotoNetworks.ImageSize(options) is > 224 and int side ? side : 248;

    private static VisionTransformerOptions ViT(int width, int patch, int side) => new()
    {
        ImageSize = side,
        PatchSize = patch,
        HiddenSize = width,
        HiddenLayers = width > 768 ? 24 : 12,
        AttentionHeads = width / 64,
        IntermediateSize = 4 * width,
        LayerNormEpsilon = 1e-6,
        ClassCount = 1000,
    };

    private static VisionTransformerOptions Distilled(VisionTransformerOptions options) =>
        options with { Distillation = DistillationToken.Averaged };
}
