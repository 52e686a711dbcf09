using System.Text.RegularExpressions;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Models;

namespace DenoisedSmoothing.Hub;

/// <summary>
/// Names of a <see cref="ResNet"/>'s weights: torchvision's, which are timm's and the network's own, and Hugging Face's
/// (modeling_resnet.py).
/// </summary>
internal static partial class ResNetNames
{
    /// <summary>Weights of any of them under the network's own names.</summary>
    public static ITensorSource Native(ITensorSource source)
    {
        if (!source.Entries.Any(entry => entry.Name.StartsWith("resnet.", StringComparison.Ordinal)))
            return source;
        MappedTensors mapped = new(source);
        foreach (TensorEntry entry in source.Entries)
            mapped.Rename(entry, Renamed(entry.Name) ?? entry.Name);
        return mapped;
    }

    private static string? Renamed(string name)
    {
        if (Stem().Match(name) is { Success: true } stem)
            return $"{Part(stem, "1")}.{stem.Groups["kind"].Value}";
        if (Head().Match(name) is { Success: true } head)
            return $"fc.{head.Groups["kind"].Value}";
        if (Layer().Match(name) is not { Success: true } layer)
            return null;
        string block = $"layer{Next(layer, "stage")}.{layer.Groups["block"].Value}";
        return layer.Groups["number"].Success
            ? $"{block}.{Part(layer, Next(layer, "number"))}.{layer.Groups["kind"].Value}"
            : $"{block}.downsample.{(layer.Groups["part"].Value == "convolution" ? 0 : 1)}.{layer.Groups["kind"].Value}";
    }

    private static string Part(Match match, string number) =>
        (match.Groups["part"].Value == "convolution" ? "conv" : "bn") + number;

    // Hugging Face counts from 0, torchvision from 1.
    private static string Next(Match match, string group) => ((char)(match.Groups[group].Value[0] + 1)).ToString();

    [GeneratedRegex(@"^resnet\.embedder\.embedder\.(?<part>convolution|normalization)\.(?<kind>\w+)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Stem();

    [GeneratedRegex(@"^classifier\.1\.(?<kind>weight|bias)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Head();

    [GeneratedRegex(
        @"^resnet\.encoder\.stages\.(?<stage>[0-3])\.layers\.(?<block>\d+)\.(shortcut|layer\.(?<number>[0-2]))"
        + @"\.(?<part>convolution|normalization)\.(?<kind>\w+)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Layer();
}
