using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Models;

namespace DenoisedSmoothing.Hub;

/// <summary>
/// Networks as described by the shapes of their weights. What shapes do not tell (heads, epsilons, a Swin's image) has the value of the
/// options' defaults, or 1, and the caller replaces it.
/// </summary>
internal static class ShapesOf
{
    /// <exception cref="CheckpointException">An entry is missing or misshapen.</exception>
    public static ResNetOptions ResNet(WeightShapes shapes)
    {
        bool bottleneck = shapes.Has("layer1.0.conv3.weight");
        int[] widths = [.. Enumerable.Range(1, 4).Select(stage =>
            shapes.Size($"layer{stage}.0.conv{(bottleneck ? 3 : 2)}.weight", 4, 0))];
        int inside = shapes.Size("layer1.0.conv1.weight", 4, 0);
        return new ResNetOptions
        {
            Depths = [.. Enumerable.Range(1, 4).Select(stage => shapes.Count($"layer{stage}"))],
            Widths = widths,
            Bottleneck = bottleneck,
            Reduction = bottleneck ? Math.Max(1, widths[0] / inside) : 4,
            Groups = bottleneck ? Math.Max(1, inside / shapes.Size("layer1.0.conv2.weight", 4, 1)) : 1,
            StemWidth = shapes.Size("conv1.weight", 4, 0),
            InChannels = shapes.Size("conv1.weight", 4, 1),
            ClassCount = shapes.Size("fc.weight", 2, 0),
        };
    }

    /// <inheritdoc cref="ResNet"/>
    public static VisionTransformerOptions VisionTransformer(WeightShapes shapes)
    {
        const string patches = "vit.embeddings.patch_embeddings.projection.weight", positions = "vit.embeddings.position_embeddings";
        DistillationToken distillation = shapes.Has("distillation_classifier.weight") ? DistillationToken.Averaged
            : shapes.Has("vit.embeddings.distillation_token") ? DistillationToken.Ignored
            : DistillationToken.None;
        int patch = shapes.Size(patches, 4, 2), leading = distillation == DistillationToken.None ? 1 : 2;
        return new VisionTransformerOptions
        {
            ImageSize = checked(shapes.Side(positions, shapes.Size(positions, 3, 1) - leading) * patch),
            PatchSize = patch,
            Channels = shapes.Size(patches, 4, 1),
            HiddenSize = shapes.Size(patches, 4, 0),
            HiddenLayers = shapes.Count("vit.encoder.layer"),
            AttentionHeads = 1,
            IntermediateSize = shapes.Size("vit.encoder.layer.0.intermediate.dense.weight", 2, 0),
            QkvBias = shapes.Has("vit.encoder.layer.0.attention.attention.query.bias"),
            Distillation = distillation,
            ClassCount = shapes.Size("classifier.weight", 2, 0),
        };
    }

    /// <inheritdoc cref="ResNet"/>
    public static BeitOptions Beit(WeightShapes shapes)
    {
        const string patches = "patch_embed.proj.weight", own = "blocks.0.attn.relative_position_bias_table", shared =
            "rel_pos_bias.relative_position_bias_table", positions = "pos_embed";
        int patch = shapes.Size(patches, 4, 2), width = shapes.Size(patches, 4, 0);
        string? table = shapes.Has(own) ? own : shapes.Has(shared) ? shared : null;
        // (2 side - 1)^2 offsets, and three for the class token.
        int side = table is null
            ? shapes.Side(positions, shapes.Size(positions, 3, 1) - 1)
            : (shapes.Side(table, shapes.Size(table, 2, 0) - 3) + 1) / 2;
        return new BeitOptions
        {
            ImageSize = checked(side * patch),
            PatchSize = patch,
            InChannels = shapes.Size(patches, 4, 1),
            EmbedDim = width,
            Depth = shapes.Count("blocks"),
            Heads = table is null ? 1 : shapes.Size(table, 2, 1),
            MlpRatio = shapes.Size("blocks.0.mlp.fc1.weight", 2, 0) / (double)width,
            QkvBias = shapes.Has("blocks.0.attn.q_bias"),
            LayerScale = shapes.Has("blocks.0.gamma_1") ? 1e-5 : null,
            AbsolutePositions = shapes.Has(positions),
            RelativePositions = table == own,
            SharedRelativePositions = shapes.Has(shared),
            AveragePool = shapes.Has("fc_norm.weight"),
            ClassCount = shapes.Size("head.weight", 2, 0),
        };
    }

    /// <inheritdoc cref="ResNet"/>
    public static ConvNextOptions ConvNext(WeightShapes shapes)
    {
        int stages = shapes.Count("stages");
        return new ConvNextOptions
        {
            Depths = [.. Enumerable.Range(0, stages).Select(stage => shapes.Count($"stages.{stage}.blocks"))],
            Widths = [.. Enumerable.Range(0, stages).Select(stage => shapes.Size($"stages.{stage}.blocks.0.conv_dw.weight", 4, 0))],
            LayerScale = shapes.Has("stages.0.blocks.0.gamma"),
            ResponseNormalization = shapes.Has("stages.0.blocks.0.mlp.grn.weight"),
            PatchSize = shapes.Size("stem.0.weight", 4, 2),
            InChannels = shapes.Size("stem.0.weight", 4, 1),
            ClassCount = shapes.Size("head.fc.weight", 2, 0),
        };
    }

    /// <inheritdoc cref="ResNet"/>
    public static SwinOptions Swin(WeightShapes shapes)
    {
        int stages = shapes.Count("layers"), width = shapes.Size("patch_embed.proj.weight", 4, 0), patch =
            shapes.Size("patch_embed.proj.weight", 4, 2);
        string table = Table(0);
        return new SwinOptions
        {
            PatchSize = patch,
            InChannels = shapes.Size("patch_embed.proj.weight", 4, 1),
            EmbedDim = width,
            Depths = [.. Enumerable.Range(0, stages).Select(stage => shapes.Count($"layers.{stage}.blocks"))],
            Heads = [.. Enumerable.Range(0, stages).Select(stage => shapes.Size(Table(stage), 2, 1))],
            WindowSize = (shapes.Side(table, shapes.Size(table, 2, 0)) + 1) / 2,
            MlpRatio = shapes.Size("layers.0.blocks.0.mlp.fc1.weight", 2, 0) / (double)width,
            QkvBias = shapes.Has("layers.0.blocks.0.attn.qkv.bias"),
            ClassCount = shapes.Size("head.fc.weight", 2, 0),
        };

        static string Table(int stage) => $"layers.{stage}.blocks.0.attn.relative_position_bias_table";
    }
}
