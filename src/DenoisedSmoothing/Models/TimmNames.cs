using System.Text.RegularExpressions;
using DenoisedSmoothing.Checkpoints;

namespace DenoisedSmoothing.Models;

/// <summary>
/// timm's names for a ViT's weights (timm/models/vision_transformer.py), and Hugging Face's for the same (modeling_vit.py).
/// </summary>
internal static partial class TimmNames
{
    private static readonly Dictionary<string, string> s_outside = new(StringComparer.Ordinal)
    {
        ["cls_token"] = "vit.embeddings.cls_token",
        ["pos_embed"] = "vit.embeddings.position_embeddings",
        ["patch_embed.proj.weight"] = "vit.embeddings.patch_embeddings.projection.weight",
        ["patch_embed.proj.bias"] = "vit.embeddings.patch_embeddings.projection.bias",
        ["norm.weight"] = "vit.layernorm.weight",
        ["norm.bias"] = "vit.layernorm.bias",
        ["head.weight"] = "classifier.weight",
        ["head.bias"] = "classifier.bias",
    };

    private static readonly Dictionary<string, string> s_inBlock = new(StringComparer.Ordinal)
    {
        ["norm1"] = "layernorm_before",
        ["attn.proj"] = "attention.output.dense",
        ["norm2"] = "layernorm_after",
        ["mlp.fc1"] = "intermediate.dense",
        ["mlp.fc2"] = "output.dense",
    };

    /// <summary>The names of query, key and value, if this entry joins them; otherwise null.</summary>
    public static string[]? Joined(string timm) => Block().Match(timm) is { Success: true } block
        && block.Groups["layer"].Value == "attn.qkv"
        ? [.. new[] { "query", "key", "value" }.Select(part => Inside(block, $"attention.attention.{part}"))]
        : null;

    /// <summary>The name of any other entry.</summary>
    /// <exception cref="CheckpointException">It does not belong to a plain timm ViT.</exception>
    public static string Renamed(string timm)
    {
        if (s_outside.TryGetValue(timm, out string? renamed))
            return renamed;
        if (Block().Match(timm) is { Success: true } block && s_inBlock.TryGetValue(block.Groups["layer"].Value, out string? layer))
            return Inside(block, layer);
        throw new CheckpointException(
            $"The entry {CheckpointException.Quote(timm)} does not belong to a plain timm ViT (class token, absolute positions, no layer "
            + $"scale, no pooling).");
    }

    private static string Inside(Match block, string layer) =>
        $"vit.encoder.layer.{block.Groups["number"].Value}.{layer}.{block.Groups["kind"].Value}";

    [GeneratedRegex(@"^blocks\.(?<number>\d+)\.(?<layer>.+)\.(?<kind>weight|bias)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Block();
}
