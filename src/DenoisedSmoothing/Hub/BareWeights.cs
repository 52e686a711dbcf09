using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Models;
using DenoisedSmoothing.Preprocessing;

namespace DenoisedSmoothing.Hub;

/// <summary>
/// Weights without settings. What they do not tell is taken from the one convention that all published models of their family and naming
/// share, and is reported; where published models differ, there is no convention to take.
/// </summary>
/// <param name="Recognised">The weights, with complete options.</param>
/// <param name="Preparation">How images are prepared, by convention.</param>
/// <param name="Notes">What was taken by convention, one sentence each.</param>
internal sealed record BareWeights(RecognisedWeights Recognised, ImagePreparation Preparation, IReadOnlyList<string> Notes)
{
    private const string ImageNetSaid = "ImageNet's mean and std (0.485, 0.456, 0.406; 0.229, 0.224, 0.225)";

    /// <summary>Completes recognised weights.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="normalization">What the caller says the network was trained with; null where nothing was said.</param>
    /// <exception cref="CheckpointException">There is no single convention: the message says what to specify.</exception>
    public static BareWeights Of(RecognisedWeights weights, Normalization? normalization)
    {
        List<string> notes = [$"Recognised by names and shapes: {weights.Family} under {weights.Naming} names, "
            + $"{PhotoNetworks.ClassCount(weights.Options)} classes."];
        object options = Completed(weights, notes);
        int channels = PhotoNetworks.Channels(options), side = PhotoNetworks.ImageSize(options) ?? 224;
        if (normalization is null)
        {
            normalization = channels == 3 && IsOfImageNet(weights) ? Normalization.ImageNet : throw Undecided(weights, channels);
            notes.Add($"Not in the file, by the family's convention: {ImageNetSaid}.");
        }

        // timm's crop for transformers is .9 of the image at 224, and all of it above; torchvision's, and timm's for others, is 7/8.
        bool transformer = weights.Family is not ("ResNet" or "ConvNeXt") && weights.Naming != RecognisedWeights.TorchVision;
        int shorter = !transformer ? (int)(side / 0.875) : side > 224 ? side : (int)(side / 0.9);
        Resampling resampling = weights.Family == "ResNet" || weights.Naming == RecognisedWeights.TorchVision
            ? Resampling.Bilinear
            : Resampling.Bicubic;
        ImagePreprocess preprocess = new ImagePreprocess().Resize(shorter, resampling).CenterCrop(side).Exactly(channels, side, side);
        notes.Add($"Not in the file, by the family's convention: photos are prepared by {preprocess}, and other images are resized to "
            + $"{side}x{side} after the denoiser.");
        return new BareWeights(weights with { Options = options }, new ImagePreparation(preprocess, side, normalization), notes);
    }

    private static object Completed(RecognisedWeights weights, List<string> notes)
    {
        switch (weights.Options)
        {
            case VisionTransformerOptions options:
                int heads = TimmModel.HeadsOf(options.HiddenSize) ?? throw CheckpointException.In(weights.Weights.Name,
                    $"its number of attention heads is not in the file, and no published ViT has tokens of {options.HiddenSize} numbers",
                    "Open a folder with config.json and preprocessor_config.json beside the weights.");
                double epsilon = weights.Naming == RecognisedWeights.HuggingFace ? 1e-12 : 1e-6;
                notes.Add($"Not in the file, by the family's convention: {heads} attention heads, layer norms' epsilon "
                    + $"{(epsilon < 1e-9 ? "1e-12" : "1e-6")}.");
                return options with { AttentionHeads = heads, LayerNormEpsilon = epsilon };
            case BeitOptions options when weights.Naming == RecognisedWeights.HuggingFace:
                notes.Add("Not in the file, by the family's convention: layer norms' epsilon 1e-12.");
                return options with { LayerNormEpsilon = 1e-12 };
            case ConvNextOptions options when weights.Naming == RecognisedWeights.HuggingFace:
                notes.Add("Not in the file, by the family's convention: the last norm's epsilon 1e-12.");
                return options with { HeadEpsilon = 1e-12 };
            case SwinOptions options:
                int side = options.WindowSize switch
                {
                    7 => 224,
                    12 => 384,
                    _ => throw CheckpointException.In(weights.Weights.Name,
                        $"its image size is not in the file, and no published Swin has windows of {options.WindowSize} tokens",
                        "Open a folder with config.json and preprocessor_config.json beside the weights."),
                };
                notes.Add($"Not in the file, by the family's convention: images of {side}x{side} for windows of {options.WindowSize}.");
                return options with { ImageSize = side };
            default:
                return weights.Options;
        }
    }

    private static bool IsOfImageNet(RecognisedWeights weights) =>
        weights.Family is "ResNet" or "ConvNeXt" or "Swin" or "DeiT" || weights.Naming == RecognisedWeights.TorchVision;

    private static CheckpointException Undecided(RecognisedWeights weights, int channels)
    {
        string models = weights.Family switch
        {
            _ when channels != 3 => "the file does not say what images of "
                + $"{channels} channel{(channels == 1 ? "" : "s")} are normalised with",
            "BEiT" => "BEiT takes images with mean = std = 0.5, and BEiT v2 with ImageNet's mean and std",
            _ => "ViT takes images with mean = std = 0.5, and DeiT with ImageNet's mean and std",
        };
        return CheckpointException.In(weights.Weights.Name,
            $"it is a {weights.Family} under {weights.Naming} names, and {models}"
            + (channels == 3 ? ": names and shapes are the same" : ""),
            "Say which with PretrainedModelOptions.Normalization, or open a folder with its settings beside the weights.");
    }
}
