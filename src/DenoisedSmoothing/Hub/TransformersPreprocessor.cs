using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Preprocessing;

namespace DenoisedSmoothing.Hub;

/// <summary>
/// Hugging Face's preprocessor_config.json: what its image processors do (image_processing_*.py), including under older names.
/// </summary>
internal static class TransformersPreprocessor
{
    // From this side on ConvNeXt's processor resizes without a crop.
    private const int WholeImageFrom = 384;
    private const double Eighth = 224.0 / 256;

    private static readonly string[] s_square = ["ViT", "DeiT", "Beit", "Bit", "CLIP"];

    // OPENAI_CLIP_MEAN and OPENAI_CLIP_STD of image_utils.py.
    private static readonly Normalization s_clip = new([.48145466f, .4578275f, .40821073f], [.26862954f, .26130258f, .27577711f]);

    // Without the kind of processor, nothing says what a missing setting means.
    private static readonly string[] s_neededWithoutKind = ["size", "resample", "image_mean", "image_std"];

    /// <summary>Reads it.</summary>
    /// <param name="config">The file.</param>
    /// <param name="channels">Channels of the network's images.</param>
    /// <exception cref="CheckpointException">It asks for something that is not known here.</exception>
    public static ImagePreparation Read(HubConfig config, int channels)
    {
        string? name = config.Text("image_processor_type") ?? config.Text("feature_extractor_type");
        string kind = (name ?? "ViT").Replace("ImageProcessorFast", "", StringComparison.Ordinal)
            .Replace("ImageProcessor", "", StringComparison.Ordinal).Replace("FeatureExtractor", "", StringComparison.Ordinal);
        if (!s_square.Contains(kind) && kind != "ConvNext")
            throw config.Refused(config.Has("image_processor_type") ? "image_processor_type" : "feature_extractor_type",
                $"{string.Join(", ", s_square)} and ConvNextImageProcessor");
        if (config.Flag("do_rescale") == false)
            throw config.Refused("do_rescale", "true");
        if (config.Number("rescale_factor") is { } factor && Math.Abs(factor * 255 - 1) > 1e-6)
            throw config.Refused("rescale_factor", "1/255");
        config.Only("do_pad", false);
        ImagePreprocess preprocess = kind == "ConvNext" ? ConvNext(config, out int? side) : Square(config, kind, out side);
        if (side is { } pixels)
            preprocess = preprocess.Exactly(channels, pixels, pixels);
        ImagePreparation images = new(preprocess, side, Normalization(config, kind, channels));
        return name is null && Array.Find(s_neededWithoutKind, needed => !config.Has(needed)) is { } missing
            ? throw config.Wrong(missing, "present if image_processor_type is not")
            : images;
    }

    private static ImagePreprocess ConvNext(HubConfig config, out int? side)
    {
        ImagePreprocess preprocess = new();
        if (config.Flag("do_resize") == false)
        {
            side = null;
            return preprocess;
        }

        int edge = Positive(config, "size", Edge(config, "size", "shortest_edge") ?? WholeImageFrom);
        side = edge;
        Resampling resampling = Filter(config, Resampling.Bilinear);
        if (edge >= WholeImageFrom)
            return preprocess.ResizeTo(edge, edge, resampling);
        double share = config.Number("crop_pct") ?? Eighth;
        return share is > 0 and <= 1
            ? preprocess.Resize((int)(edge / share), resampling).CenterCrop(edge)
            : throw config.Wrong("crop_pct", "above 0 and at most 1");
    }

    private static ImagePreprocess Square(HubConfig config, string kind, out int? side)
    {
        bool crops = config.Flag("do_center_crop") ?? kind != "ViT";
        ImagePreprocess preprocess = new();
        side = null;
        if (config.Flag("do_resize") != false)
        {
            bool shorterSide = kind is "Bit" or "CLIP";
            int usual = kind is "DeiT" or "Beit" ? 256 : 224;
            Resampling resampling = Filter(config, kind == "ViT" ? Resampling.Bilinear : Resampling.Bicubic);
            if ((Edge(config, "size", "shortest_edge", numbers: shorterSide) ?? (shorterSide && !config.Has("size") ? usual : null))
                is { } shorter)
            {
                preprocess = preprocess.Resize(Positive(config, "size", shorter), resampling);
                if (!crops)
                    throw config.Refused("do_center_crop", "true with a shortest_edge");
            }
            else
            {
                side = Positive(config, "size", Box(config, "size") ?? usual);
                preprocess = preprocess.ResizeTo(side.Value, side.Value, resampling);
            }
        }

        if (!crops)
            return preprocess;
        side = Positive(config, "crop_size", Box(config, "crop_size") ?? 224);
        return preprocess.CenterCrop(side.Value);
    }

    private static Normalization? Normalization(HubConfig config, string kind, int channels)
    {
        if (config.Flag("do_normalize") == false)
            return null;
        Normalization usual = kind is "Bit" or "CLIP" ? s_clip : Classification.Normalization.ToSymmetric;
        float[] mean = config.Numbers("image_mean") ?? [.. usual.Mean], std = config.Numbers("image_std") ?? [.. usual.Std];
        if (mean.Length != channels || std.Length != channels)
            throw config.Wrong(mean.Length != channels ? "image_mean" : "image_std", $"one number for each of {channels} channels");
        try
        {
            return new Normalization(mean, std);
        }
        catch (ArgumentException e)
        {
            throw CheckpointException.In(config.File, e.Message.TrimEnd('.'), "Correct image_mean and image_std.", e);
        }
    }

    // {"shortest_edge": 224}, or, where a bare number means that, a number.
    private static int? Edge(HubConfig config, string name, string inner, bool numbers = true)
    {
        if (config.IsObject(name))
            return config.Inner(name)!.Whole(inner);
        return numbers ? config.Whole(name) : null;
    }

    // {"height": 224, "width": 224}, or a number.
    private static int? Box(HubConfig config, string name)
    {
        if (!config.IsObject(name))
            return config.Side(name);
        HubConfig size = config.Inner(name)!;
        return size.Whole("height") is { } height && size.Whole("width") == height
            ? height
            : throw config.Wrong(name, "a height and a width that are the same");
    }

    private static Resampling Filter(HubConfig config, Resampling usual) => config.Whole("resample") switch
    {
        null => usual,
        2 => Resampling.Bilinear,
        3 => Resampling.Bicubic,
        _ => throw config.Refused("resample", "2 (bilinear) or 3 (bicubic)"),
    };

    private static int Positive(HubConfig config, string name, int value) =>
        value is >= 1 and <= 1 << 14 ? value : throw config.Wrong(name, "a side of at least 1 and at most 16384 pixels");
}
