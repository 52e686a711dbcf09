using System.Globalization;
using System.Text.RegularExpressions;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Models;

namespace DenoisedSmoothing.Hub;

/// <summary>
/// Names of a <see cref="SwinTransformer"/>'s weights: timm's, which are the network's own, those of its older versions and of
/// microsoft/Swin-Transformer, and Hugging Face's (modeling_swin.py).
/// </summary>
internal static partial class SwinNames
{
    private static readonly string[] s_parts = ["query", "key", "value"];

    private static readonly Dictionary<string, string> s_outside = new(StringComparer.Ordinal)
    {
        ["swin.embeddings.patch_embeddings.projection"] = "patch_embed.proj",
        ["swin.embeddings.norm"] = "patch_embed.norm",
        ["swin.layernorm"] = "norm",
        ["classifier"] = "head.fc",
    };

    private static readonly Dictionary<string, string> s_layers = new(StringComparer.Ordinal)
    {
        ["layernorm_before"] = "norm1",
        ["attention.self"] = "attn",
        ["attention.output.dense"] = "attn.proj",
        ["layernorm_after"] = "norm2",
        ["intermediate.dense"] = "mlp.fc1",
        ["output.dense"] = "mlp.fc2",
    };

    /// <summary>Weights of any of them under the network's own names, without the indices and masks that the shape determines.</summary>
    public static ITensorSource Native(ITensorSource source)
    {
        MappedTensors mapped = new(source);
        Dictionary<string, TensorEntry> entries = source.Entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
        bool older = entries.ContainsKey("head.weight");
        foreach (TensorEntry entry in source.Entries.Where(entry => !IsDecided(entry.Name)))
        {
            if (QueryKeyValue().Match(entry.Name) is not { Success: true } part)
                mapped.Rename(entry, Renamed(entry.Name, older));
            else if (part.Groups["part"].Value == s_parts[0])
                mapped.Join(Parts(part, entries, source.Name), $"{Block(part)}.attn.qkv.{part.Groups["kind"].Value}");
            else if (!entries.ContainsKey($"{part.Groups["start"].Value}.{s_parts[0]}.{part.Groups["kind"].Value}"))
                mapped.Rename(entry, entry.Name); // for the loader to refuse
        }

        return mapped;
    }

    // A mask token has no use in a classifier.
    private static bool IsDecided(string name) => name.EndsWith("relative_position_index", StringComparison.Ordinal)
        || name.EndsWith("attn_mask", StringComparison.Ordinal) || name == "swin.embeddings.mask_token";

    private static TensorEntry[] Parts(Match query, Dictionary<string, TensorEntry> entries, string file) => [.. s_parts
        .Select(part => $"{query.Groups["start"].Value}.{part}.{query.Groups["kind"].Value}")
        .Select(name => entries.TryGetValue(name, out TensorEntry? entry)
            ? entry
            : throw CheckpointException.In(file, $"the entry {CheckpointException.Quote(name)} is missing"))];

    private static string Renamed(string name, bool older)
    {
        int dot = name.LastIndexOf('.');
        (string layer, string kind) = dot < 0 ? (name, "") : (name[..dot], name[(dot + 1)..]);
        if (s_outside.TryGetValue(layer, out string? outside))
            return $"{outside}.{kind}";
        if (older && layer == "head")
            return $"head.fc.{kind}";
        // The layer that halves the image is at the end of a stage there, and at the beginning of the next one here.
        if (Between().Match(name) is { Success: true } between && (older || between.Groups["theirs"].Success))
        {
            int next = PlainNumber.ParseWhole<int>(between.Groups["stage"].Value, "A stage") + 1;
            return string.Create(CultureInfo.InvariantCulture, $"layers.{next}.downsample.{between.Groups["rest"].Value}");
        }

        return Inside().Match(layer) is { Success: true } inside && s_layers.TryGetValue(inside.Groups["layer"].Value, out string? own)
            ? $"{Block(inside)}.{own}.{kind}"
            : name;
    }

    private static string Block(Match match) => $"layers.{match.Groups["stage"].Value}.blocks.{match.Groups["block"].Value}";

    [GeneratedRegex(@"^(?<theirs>swin\.encoder\.)?layers\.(?<stage>\d{1,2})\.downsample\.(?<rest>.+)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Between();

    [GeneratedRegex(@"^swin\.encoder\.layers\.(?<stage>\d+)\.blocks\.(?<block>\d+)\.(?<layer>.+)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Inside();

    [GeneratedRegex(
        @"^(?<start>swin\.encoder\.layers\.(?<stage>\d+)\.blocks\.(?<block>\d+)\.attention\.self)\.(?<part>query|key|value)"
        + @"\.(?<kind>weight|bias)\z", RegexOptions.CultureInvariant)]
    private static partial Regex QueryKeyValue();
}
