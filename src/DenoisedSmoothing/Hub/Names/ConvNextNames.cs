using System.Globalization;
using System.Text.RegularExpressions;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Models;

namespace DenoisedSmoothing.Hub;

/// <summary>
/// Names of a <see cref="ConvNext"/>'s weights: timm's, which are the network's own, torchvision's (convnext.py) and Hugging Face's
/// (modeling_convnext.py, modeling_convnextv2.py).
/// </summary>
internal static partial class ConvNextNames
{
    // For a block's layers: Hugging Face's names and torchvision's numbers.
    private static readonly Dictionary<string, string> s_layers = new(StringComparer.Ordinal)
    {
        ["dwconv"] = "conv_dw", ["layernorm"] = "norm", ["pwconv1"] = "mlp.fc1", ["pwconv2"] = "mlp.fc2",
        ["0"] = "conv_dw", ["2"] = "norm", ["3"] = "mlp.fc1", ["5"] = "mlp.fc2",
    };

    private static readonly Dictionary<string, string> s_outside = new(StringComparer.Ordinal)
    {
        ["features.0.0"] = "stem.0", ["features.0.1"] = "stem.1", ["classifier.0"] = "head.norm", ["classifier.2"] = "head.fc",
        ["embeddings.patch_embeddings"] = "stem.0", ["embeddings.layernorm"] = "stem.1", ["layernorm"] = "head.norm",
        ["classifier"] = "head.fc",
    };

    /// <summary>Weights of any of them under the network's own names.</summary>
    public static ITensorSource Native(ITensorSource source)
    {
        bool timm = source.Entries.Any(entry => entry.Name == "stem.0.weight");
        if (timm && !source.Entries.Any(entry => entry.Name.Contains(".mlp.grn.", StringComparison.Ordinal) && entry.Shape.Count != 1))
            return source;
        MappedTensors mapped = new(source);
        foreach (TensorEntry entry in source.Entries)
        {
            string name = timm ? entry.Name : Renamed(entry.Name) ?? entry.Name;
            // [C,1,1] and [1,1,1,C] elsewhere.
            if (name.EndsWith(".gamma", StringComparison.Ordinal) || name.Contains(".mlp.grn.", StringComparison.Ordinal))
                mapped.Reshape(entry, name, entry.Shape.Aggregate(1L, (product, size) => product * size));
            else
                mapped.Rename(entry, name);
        }

        return mapped;
    }

    private static string? Renamed(string name)
    {
        int dot = name.LastIndexOf('.');
        if (dot < 0)
            return null;
        (string layer, string kind) = (name[..dot], name[(dot + 1)..]);
        if (layer.StartsWith("convnext.", StringComparison.Ordinal) || layer.StartsWith("convnextv2.", StringComparison.Ordinal))
            layer = layer[(layer.IndexOf('.') + 1)..];
        if (s_outside.TryGetValue(layer, out string? outside))
            return $"{outside}.{kind}";
        string whole = $"{layer}.{kind}";
        if (HuggingFace().Match(whole) is { Success: true } theirs)
            return Inside(PlainNumber.ParseWhole<int>(theirs.Groups["stage"].Value, "A stage"), theirs);
        // In torchvision, stages alternate with what is between them, from 1.
        return TorchVision().Match(whole) is { Success: true } vision
            && PlainNumber.ParseWhole<int>(vision.Groups["stage"].Value, "A stage") is >= 1 and int place
            && place % 2 == (vision.Groups["between"].Success ? 0 : 1)
            ? Inside(place / 2, vision)
            : null;
    }

    private static string? Inside(int stage, Match match)
    {
        string start = string.Create(CultureInfo.InvariantCulture, $"stages.{stage}"), kind = match.Groups["kind"].Value;
        if (match.Groups["between"].Success)
            return $"{start}.downsample.{match.Groups["between"].Value}.{kind}";
        start += $".blocks.{match.Groups["block"].Value}";
        if (match.Groups["scale"].Success)
            return $"{start}.gamma";
        string layer = match.Groups["layer"].Value;
        return layer == "grn" ? $"{start}.mlp.grn.{kind switch { "gamma" => "weight", "beta" => "bias", _ => kind }}"
            : s_layers.TryGetValue(layer, out string? own) ? $"{start}.{own}.{kind}"
            : null;
    }

    [GeneratedRegex(
        @"^encoder\.stages\.(?<stage>\d{1,2})\.(downsampling_layer\.(?<between>[01])\.(?<kind>\w+)"
        + @"|layers\.(?<block>\d+)\.((?<scale>layer_scale_parameter)|(?<layer>\w+)\.(?<kind>\w+)))\z", RegexOptions.CultureInvariant)]
    private static partial Regex HuggingFace();

    [GeneratedRegex(
        @"^features\.(?<stage>\d{1,2})\.((?<between>[01])\.(?<kind>weight|bias)"
        + @"|(?<block>\d+)\.((?<scale>layer_scale)|block\.(?<layer>\d)\.(?<kind>\w+)))\z", RegexOptions.CultureInvariant)]
    private static partial Regex TorchVision();
}
