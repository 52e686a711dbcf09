using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Models;

namespace DenoisedSmoothing.Hub;

/// <summary>
/// A network as described by Hugging Face's config.json (the configuration_*.py of its library). Shapes come from the weights, and what the
/// file says about them has to agree; the rest is read, with the defaults of Hugging Face's classes, or refused by name.
/// </summary>
internal static class TransformersModel
{
    private const string ActivationKey = "hidden_act", EpsilonKey = "layer_norm_eps", ImageKey = "image_size", PatchKey = "patch_size",
        ChannelsKey = "num_channels", DepthsKey = "depths", HeadsKey = "num_attention_heads", WidthsKey = "hidden_sizes";

    // By model_type: the family to which the weights must belong.
    private static readonly Dictionary<string, string> s_families = new(StringComparer.Ordinal)
    {
        ["vit"] = "ViT", ["deit"] = "DeiT", ["beit"] = "BEiT", ["resnet"] = "ResNet", ["convnext"] = "ConvNeXt",
        ["convnextv2"] = "ConvNeXt", ["swin"] = "Swin",
    };

    /// <summary>What model_type may be.</summary>
    public static IReadOnlyCollection<string> Types => s_families.Keys;

    /// <summary>The network's options, complete.</summary>
    /// <param name="config">config.json.</param>
    /// <param name="source">The weights beside it.</param>
    /// <exception cref="CheckpointException">
    /// The model is not known, its settings are not possible here, or the weights are of another network.
    /// </exception>
    public static RecognisedWeights Read(HubConfig config, ITensorSource source)
    {
        string type = config.Text("model_type") ?? throw config.Wrong("model_type", "the kind of the model");
        if (!s_families.TryGetValue(type, out string? family))
        {
            throw CheckpointException.In(config.File,
                $"model_type is {CheckpointException.Quote(type)}; known here are {string.Join(", ", Types)}", ModelExport.Advice);
        }

        if (!source.Entries.Any(IsHead))
        {
            throw CheckpointException.In(source.Name, "it has no classification head",
                "Take a model that was fine-tuned for image classification (architectures in config.json ends in ForImageClassification).");
        }

        RecognisedWeights? weights = RecognisedWeights.Of(source);
        if (weights?.Family != family || weights.Naming != RecognisedWeights.HuggingFace)
        {
            throw CheckpointException.In(source.Name,
                $"its weights are {(weights is null ? "none" : $"a {weights.Family}'s under {weights.Naming}'s names, not those")} of the "
                + $"{family} that config.json speaks of", "Settings and weights are of different models: fetch them together.");
        }

        return weights with
        {
            Options = weights.Options switch
            {
                ResNetOptions options => ResNet(config, options),
                ConvNextOptions options => ConvNext(config, options),
                SwinOptions options => Swin(config, options),
                BeitOptions options => Beit(config, options),
                _ => VisionTransformer(config, (VisionTransformerOptions)weights.Options),
            },
        };
    }

    private static bool IsHead(TensorEntry entry) =>
        entry.Name is "classifier.weight" or "classifier.1.weight" or "cls_classifier.weight";

    private static VisionTransformerOptions VisionTransformer(HubConfig config, VisionTransformerOptions shapes)
    {
        AgreeOnTokens(config, (shapes.ImageSize, shapes.PatchSize, shapes.Channels), shapes.HiddenSize, shapes.HiddenLayers);
        config.Agree("intermediate_size", shapes.IntermediateSize);
        config.Agree("qkv_bias", shapes.QkvBias);
        return Valid(config, shapes with
        {
            AttentionHeads = config.Whole(HeadsKey) ?? 12,
            LayerNormEpsilon = config.Number(EpsilonKey) ?? 1e-12,
        }, static options => options.Validate());
    }

    private static void AgreeOnTokens(HubConfig config, (int Size, int Patch, int Channels) image, int width, int layers)
    {
        config.Only(ActivationKey, "gelu");
        config.Agree(ImageKey, image.Size);
        config.Agree(PatchKey, image.Patch);
        config.Agree(ChannelsKey, image.Channels);
        config.Agree("hidden_size", width);
        config.Agree("num_hidden_layers", layers);
    }

    private static BeitOptions Beit(HubConfig config, BeitOptions shapes)
    {
        AgreeOnTokens(config, (shapes.ImageSize, shapes.PatchSize, shapes.InChannels), shapes.EmbedDim, shapes.Depth);
        config.Agree("use_absolute_position_embeddings", shapes.AbsolutePositions);
        config.Agree("use_relative_position_bias", shapes.RelativePositions);
        config.Agree("use_shared_relative_position_bias", shapes.SharedRelativePositions);
        config.Agree("use_mean_pooling", shapes.AveragePool);
        if (config.Number("layer_scale_init_value") is { } scale && scale > 0 != shapes.LayerScale is not null)
            throw config.Refused("layer_scale_init_value", shapes.LayerScale is null ? "0" : "a number above 0");
        int heads = config.Whole(HeadsKey) ?? 12;
        if (shapes.RelativePositions || shapes.SharedRelativePositions)
            config.Agree(HeadsKey, heads = shapes.Heads);
        BeitOptions options = shapes with { Heads = heads, LayerNormEpsilon = config.Number(EpsilonKey) ?? 1e-12 };
        config.Agree("intermediate_size", (int)(options.EmbedDim * options.MlpRatio));
        return Valid(config, options, static its => its.Validate());
    }

    private static ResNetOptions ResNet(HubConfig config, ResNetOptions shapes)
    {
        config.Only(ActivationKey, "relu");
        config.Only("layer_type", shapes.Bottleneck ? "bottleneck" : "basic");
        config.Agree(ChannelsKey, shapes.InChannels);
        config.Agree("embedding_size", shapes.StemWidth);
        config.Agree(WidthsKey, shapes.Widths);
        config.Agree(DepthsKey, shapes.Depths);
        return Valid(config, shapes with
        {
            DownsampleInFirstStage = config.Flag("downsample_in_first_stage") ?? false,
            StrideInFirstConvolution = config.Flag("downsample_in_bottleneck") ?? false,
        }, static options => options.Validate());
    }

    private static ConvNextOptions ConvNext(HubConfig config, ConvNextOptions shapes)
    {
        config.Only(ActivationKey, "gelu");
        config.Agree(PatchKey, shapes.PatchSize);
        config.Agree(ChannelsKey, shapes.InChannels);
        config.Agree(WidthsKey, shapes.Widths);
        config.Agree(DepthsKey, shapes.Depths);
        config.Agree("num_stages", shapes.Depths.Count);
        return Valid(config, shapes with { HeadEpsilon = config.Number(EpsilonKey) ?? 1e-12 }, static options => options.Validate());
    }

    private static SwinOptions Swin(HubConfig config, SwinOptions shapes)
    {
        config.Only(ActivationKey, "gelu");
        config.Only("use_absolute_embeddings", false);
        config.Agree(PatchKey, shapes.PatchSize);
        config.Agree(ChannelsKey, shapes.InChannels);
        config.Agree("embed_dim", shapes.EmbedDim);
        config.Agree(DepthsKey, shapes.Depths);
        config.Agree("num_heads", shapes.Heads);
        config.Agree("window_size", shapes.WindowSize);
        config.Agree("qkv_bias", shapes.QkvBias);
        if (config.Number("mlp_ratio") is { } ratio && (int)(ratio * shapes.EmbedDim) != (int)(shapes.MlpRatio * shapes.EmbedDim))
            throw config.Refused("mlp_ratio", "the weights' own");
        return Valid(config, shapes with
        {
            ImageSize = config.Side(ImageKey) ?? 224,
            LayerNormEpsilon = config.Number(EpsilonKey) ?? 1e-5,
        }, static options => options.Validate());
    }

    private static T Valid<T>(HubConfig config, T options, Action<T> validate)
    {
        try
        {
            validate(options);
            return options;
        }
        catch (ArgumentException e)
        {
            throw CheckpointException.In(config.File, e.Message.TrimEnd('.'), "The file is damaged, or of another kind of model.", e);
        }
    }
}
