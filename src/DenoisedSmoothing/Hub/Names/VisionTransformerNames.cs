using System.Text.RegularExpressions;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Models;

namespace DenoisedSmoothing.Hub;

/// <summary>
/// Names of a <see cref="VisionTransformer"/>'s weights: Hugging Face's (ViT's are the network's own, DeiT's differ in a prefix), timm's,
/// and torchvision's (vision_transformer.py).
/// </summary>
internal static partial class VisionTransformerNames
{
    private static readonly string[] s_parts = ["query", "key", "value"];

    private static readonly Dictionary<string, string> s_outside = new(StringComparer.Ordinal)
    {
        ["class_token"] = "vit.embeddings.cls_token",
        ["conv_proj.weight"] = "vit.embeddings.patch_embeddings.projection.weight",
        ["conv_proj.bias"] = "vit.embeddings.patch_embeddings.projection.bias",
        ["encoder.pos_embedding"] = "vit.embeddings.position_embeddings",
        ["encoder.ln.weight"] = "vit.layernorm.weight",
        ["encoder.ln.bias"] = "vit.layernorm.bias",
        ["heads.head.weight"] = "classifier.weight",
        ["heads.head.bias"] = "classifier.bias",
        ["dist_token"] = "vit.embeddings.distillation_token",
        ["head_dist.weight"] = "distillation_classifier.weight",
        ["head_dist.bias"] = "distillation_classifier.bias",
    };

    private static readonly Dictionary<string, string> s_layers = new(StringComparer.Ordinal)
    {
        ["ln_1"] = "layernorm_before",
        ["self_attention.out_proj"] = "attention.output.dense",
        ["ln_2"] = "layernorm_after",
        // Before and since torchvision 0.14.
        ["mlp.linear_1"] = "intermediate.dense",
        ["mlp.0"] = "intermediate.dense",
        ["mlp.linear_2"] = "output.dense",
        ["mlp.3"] = "output.dense",
    };

    /// <summary>Weights of any of them under the network's own names.</summary>
    /// <exception cref="CheckpointException">An entry does not belong to a plain timm ViT.</exception>
    public static ITensorSource Native(ITensorSource source)
    {
        if (Has("vit.embeddings.cls_token") && !source.Entries.Any(entry => IsPooler(entry.Name)))
            return source;
        MappedTensors mapped = new(source);
        bool timm = Has("patch_embed.proj.weight");
        foreach (TensorEntry entry in source.Entries)
        {
            if (s_outside.TryGetValue(entry.Name, out string? outside))
                mapped.Rename(entry, outside);
            else if (timm && TimmNames.Joined(entry.Name) is { } parts)
                mapped.Cut(entry, parts);
            else if (timm)
                mapped.Rename(entry, TimmNames.Renamed(entry.Name));
            else if (Layer().Match(entry.Name) is { Success: true } layer)
                Add(mapped, entry, layer);
            else if (!IsPooler(entry.Name))
                mapped.Rename(entry, OfDeit(entry.Name));
        }

        return mapped;

        bool Has(string name) => source.Entries.Any(entry => entry.Name == name);
    }

    // The pooler makes a feature from the class token; no classification head uses it.
    private static bool IsPooler(string name) => name.StartsWith("vit.pooler.", StringComparison.Ordinal)
        || name.StartsWith("deit.pooler.", StringComparison.Ordinal);

    private static string OfDeit(string name) =>
        name.StartsWith("deit.", StringComparison.Ordinal) ? $"vit.{name["deit.".Length..]}"
        : name.StartsWith("cls_classifier.", StringComparison.Ordinal) ? name["cls_".Length..]
        : name;

    private static void Add(MappedTensors mapped, TensorEntry entry, Match match)
    {
        string start = $"vit.encoder.layer.{match.Groups["number"].Value}", rest = match.Groups["rest"].Value;
        int dot = rest.LastIndexOf('.');
        if (rest is "self_attention.in_proj_weight" or "self_attention.in_proj_bias")
        {
            string kind = rest[(rest.LastIndexOf('_') + 1)..];
            mapped.Cut(entry, [.. s_parts.Select(part => $"{start}.attention.attention.{part}.{kind}")]);
        }
        else
        {
            mapped.Rename(entry, dot > 0 && s_layers.TryGetValue(rest[..dot], out string? own)
                ? $"{start}.{own}{rest[dot..]}"
                : entry.Name);
        }
    }

    [GeneratedRegex(@"^encoder\.layers\.encoder_layer_(?<number>\d+)\.(?<rest>.+)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Layer();
}
