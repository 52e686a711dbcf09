using System.Text.RegularExpressions;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Models;

namespace DenoisedSmoothing.Hub;

/// <summary>Names of a <see cref="Beit"/>'s weights: timm's, which are the network's own, and Hugging Face's (modeling_beit.py).</summary>
internal static partial class BeitNames
{
    private static readonly string[] s_parts = ["query", "key", "value"];

    private static readonly Dictionary<string, string> s_outside = new(StringComparer.Ordinal)
    {
        ["beit.embeddings.cls_token"] = "cls_token",
        ["beit.embeddings.position_embeddings"] = "pos_embed",
        ["beit.embeddings.patch_embeddings.projection.weight"] = "patch_embed.proj.weight",
        ["beit.embeddings.patch_embeddings.projection.bias"] = "patch_embed.proj.bias",
        ["beit.encoder.relative_position_bias.relative_position_bias_table"] = "rel_pos_bias.relative_position_bias_table",
        ["beit.pooler.layernorm.weight"] = "fc_norm.weight",
        ["beit.pooler.layernorm.bias"] = "fc_norm.bias",
        ["beit.layernorm.weight"] = "norm.weight",
        ["beit.layernorm.bias"] = "norm.bias",
        ["classifier.weight"] = "head.weight",
        ["classifier.bias"] = "head.bias",
    };

    private static readonly Dictionary<string, string> s_layers = new(StringComparer.Ordinal)
    {
        ["lambda_1"] = "gamma_1",
        ["lambda_2"] = "gamma_2",
        ["layernorm_before.weight"] = "norm1.weight",
        ["layernorm_before.bias"] = "norm1.bias",
        ["attention.attention.query.bias"] = "attn.q_bias",
        ["attention.attention.value.bias"] = "attn.v_bias",
        ["attention.attention.relative_position_bias.relative_position_bias_table"] = "attn.relative_position_bias_table",
        ["attention.output.dense.weight"] = "attn.proj.weight",
        ["attention.output.dense.bias"] = "attn.proj.bias",
        ["layernorm_after.weight"] = "norm2.weight",
        ["layernorm_after.bias"] = "norm2.bias",
        ["intermediate.dense.weight"] = "mlp.fc1.weight",
        ["intermediate.dense.bias"] = "mlp.fc1.bias",
        ["output.dense.weight"] = "mlp.fc2.weight",
        ["output.dense.bias"] = "mlp.fc2.bias",
    };

    /// <summary>
    /// Weights of either under the network's own names, without the indices that the shape determines and the mask token, which only
    /// pretraining uses.
    /// </summary>
    public static ITensorSource Native(ITensorSource source)
    {
        MappedTensors mapped = new(source);
        Dictionary<string, TensorEntry> entries = source.Entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
        foreach (TensorEntry entry in source.Entries.Where(entry => !IsDecided(entry.Name)))
        {
            if (s_outside.TryGetValue(entry.Name, out string? outside))
            {
                mapped.Rename(entry, outside);
                continue;
            }

            if (Layer().Match(entry.Name) is not { Success: true } layer)
            {
                mapped.Rename(entry, entry.Name);
                continue;
            }

            string start = $"blocks.{layer.Groups["number"].Value}", rest = layer.Groups["rest"].Value;
            if (rest == "attention.attention.query.weight")
                mapped.Join(Parts(entry.Name, entries, source.Name), $"{start}.attn.qkv.weight");
            else if (rest is not ("attention.attention.key.weight" or "attention.attention.value.weight"))
                mapped.Rename(entry, s_layers.TryGetValue(rest, out string? own) ? $"{start}.{own}" : entry.Name);
        }

        return mapped;
    }

    private static bool IsDecided(string name) => name.EndsWith("relative_position_index", StringComparison.Ordinal)
        || name is "beit.embeddings.mask_token" or "mask_token";

    private static TensorEntry[] Parts(string query, Dictionary<string, TensorEntry> entries, string file) => [.. s_parts
        .Select(part => query.Replace(".query.", $".{part}.", StringComparison.Ordinal))
        .Select(name => entries.TryGetValue(name, out TensorEntry? entry)
            ? entry
            : throw CheckpointException.In(file, $"the entry {CheckpointException.Quote(name)} is missing"))];

    [GeneratedRegex(@"^beit\.encoder\.layer\.(?<number>\d+)\.(?<rest>.+)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Layer();
}
