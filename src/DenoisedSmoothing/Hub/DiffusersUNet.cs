using DenoisedSmoothing.Models;

namespace DenoisedSmoothing.Hub;

/// <summary>Settings of a UNet2DModel as diffusers writes them; those without a counterpart here are refused by name.</summary>
internal static class DiffusersUNet
{
    private const string Unknown = "Nothing is guessed here: such a network needs code of its own.";

    // Larger than any network ever published, yet small enough to build.
    private const int MostChannels = 1 << 14, MostLevels = 12, MostLayers = 64;

    private static readonly string[] s_read =
    [
        "sample_size", "in_channels", "out_channels", "center_input_sample", "time_embedding_type", "time_embedding_dim", "freq_shift",
        "flip_sin_to_cos", "down_block_types", "mid_block_type", "up_block_types", "block_out_channels", "layers_per_block",
        "mid_block_scale_factor", "downsample_padding", "downsample_type", "upsample_type", "dropout", "act_fn", "attention_head_dim",
        "norm_num_groups", "attn_norm_num_groups", "norm_eps", "resnet_time_scale_shift", "add_attention", "class_embed_type",
        "num_class_embeds", "num_train_timesteps",
    ];

    /// <summary>Reads the settings.</summary>
    /// <exception cref="Checkpoints.CheckpointException">
    /// A setting is unknown, of the wrong type, or asks for something that does not exist here.
    /// </exception>
    public static UNet2DModelOptions Options(DiffusersConfig config)
    {
        if (config.Names.FirstOrDefault(name => !s_read.Contains(name) && config.IsSet(name)) is { } unknown)
            throw config.Error($"the setting '{unknown}' is not one that UNet2DModel is known to have", Unknown);
        if (config.IsSet("class_embed_type") || config.IsSet("num_class_embeds"))
            throw config.Error("this network is told the class of the image, which is what the classifier after it has yet to find out",
                "Take an unconditional network.");
        RequireOneOf(config, "act_fn", "silu", "silu", "swish");
        RequireOneOf(config, "mid_block_type", "UNetMidBlock2D", "UNetMidBlock2D");
        UNet2DModelOptions options = new()
        {
            InChannels = config.Whole("in_channels", 3),
            OutChannels = config.Whole("out_channels", 3),
            CenterInput = config.Flag("center_input_sample", false),
            TimeEmbedding = RequireOneOf(config, "time_embedding_type", "positional", "positional", "fourier") == "fourier"
                ? UNet2DTimeEmbedding.Fourier
                : UNet2DTimeEmbedding.Positional,
            FrequencyShift = config.Number("freq_shift", 0),
            FlipSinToCos = config.Flag("flip_sin_to_cos", true),
            DownBlocks = [.. (config.Texts("down_block_types") ?? ["DownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D", "AttnDownBlock2D"])
                .Select(name => Block(config, name, "DownBlock2D", "AttnDownBlock2D", "ResnetDownsampleBlock2D"))],
            UpBlocks = [.. (config.Texts("up_block_types") ?? ["AttnUpBlock2D", "AttnUpBlock2D", "AttnUpBlock2D", "UpBlock2D"])
                .Select(name => Block(config, name, "UpBlock2D", "AttnUpBlock2D", "ResnetUpsampleBlock2D"))],
            BlockChannels = config.Wholes("block_out_channels") ?? [224, 448, 672, 896],
            LayersPerBlock = config.Whole("layers_per_block", 2),
            MidBlock = !config.Has("mid_block_type") || config.IsSet("mid_block_type"),
            MidAttention = config.Flag("add_attention", true),
            MidScaleFactor = config.Number("mid_block_scale_factor", 1),
            MidAttentionNormGroups = config.WholeOrNull("attn_norm_num_groups", null),
            DownsamplePadding = config.Whole("downsample_padding", 1),
            ResnetDownsample = RequireOneOf(config, "downsample_type", "conv", "conv", "resnet") == "resnet",
            ResnetUpsample = RequireOneOf(config, "upsample_type", "conv", "conv", "resnet") == "resnet",
            Dropout = config.Number("dropout", 0),
            AttentionHeadDim = config.WholeOrNull("attention_head_dim", 8),
            NormGroups = config.Whole("norm_num_groups", 32),
            NormEpsilon = config.Number("norm_eps", 1e-5),
            ScaleShift = RequireOneOf(config, "resnet_time_scale_shift", "default", "default", "scale_shift") == "scale_shift",
        };
        if (config.WholeOrNull("time_embedding_dim", null) is { } width && width != options.EmbeddingWidth)
            throw config.Error($"'time_embedding_dim' is {width}, and four times the first width is built here", Unknown);
        try
        {
            options.Validate();
        }
        catch (ArgumentException e)
        {
            throw config.Error(e.Message.TrimEnd('.'), "Fetch the file again.");
        }

        if (options.BlockChannels.Count > MostLevels || options.LayersPerBlock > MostLayers
            || options.BlockChannels.Append(options.EmbeddingWidth).Append(options.InChannels).Append(options.OutChannels).Max()
                > MostChannels)
            throw config.Error("the network is larger than any that was ever published", "Fetch the file again.");
        return options;
    }

    /// <summary>The height and width of the images that the network was trained on; null where the file does not say.</summary>
    public static (int Height, int Width)? SampleSize(DiffusersConfig config)
    {
        const string name = "sample_size";
        if (!config.IsSet(name))
            return null;
        try
        {
            int side = config.Whole(name, 0);
            return (side, side);
        }
        catch (Checkpoints.CheckpointException)
        {
            return config.Wholes(name) is [int height, int width] ? (height, width) : null;
        }
    }

    private static UNet2DBlockType Block(DiffusersConfig config, string name, string plain, string attention, string resnet)
    {
        // The names in diffusers' first versions.
        string known = name.StartsWith("UNetRes", StringComparison.Ordinal) ? name["UNetRes".Length..] : name;
        return known == plain ? UNet2DBlockType.Plain : known == attention ? UNet2DBlockType.Attention
            : known == resnet ? UNet2DBlockType.Resnet
            : throw config.Error($"blocks of the kind '{name}' are not built here; {plain}, {attention} and {resnet} are", Unknown);
    }

    private static string? RequireOneOf(DiffusersConfig config, string name, string missing, params string[] known) =>
        config.Text(name, missing) is var text && known.Contains(text)
            ? text
            : throw config.Error($"the setting '{name}' is '{text}', and only {string.Join(" and ", known)} can be built here", Unknown);
}
