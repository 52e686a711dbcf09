using System.Text.RegularExpressions;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training;

/// <summary>
/// Which layer of a vision transformer a parameter belongs to, from its name: 0 for what turns an image into tokens, then the numbered
/// layers from 1, and after them what turns tokens into logits. As in BEiT's fine-tuning code, which FT-CADIS follows.
/// </summary>
public static partial class TransformerLayers
{
    /// <summary>How many numbered layers a network has; 0 where it is not a transformer.</summary>
    /// <param name="network">With the names of Hugging Face or timm.</param>
    public static int CountOf(nn.Module network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return CountOf(network.named_parameters().Select(static its => its.name));
    }

    /// <summary>The same from the names of its parameters.</summary>
    internal static int CountOf(IEnumerable<string> names) => names.Max(static name => Numbered(name) + 1) ?? 0;

    /// <summary>A parameter's layer, from 0 to <paramref name="count"/> + 1.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="count">The network's numbered layers.</param>
    internal static int Of(string name, int count) => Numbered(name) + 1 ?? (MakesTokens().IsMatch(name) ? 0 : count + 1);

    /// <summary>Whether it has no weight decay: biases, scales of norms, the class token and positions.</summary>
    internal static bool IsUndecayed(string name, long dimensions) =>
        dimensions == 1 || name.EndsWith(".bias", StringComparison.Ordinal) || IsTokenOrPosition().IsMatch(name);

    private static int? Numbered(string name) => Layer().Match(name) is { Success: true } match
        ? PlainNumber.ParseWhole<int>(match.Groups[1].Value, "A layer")
        : null;

    [GeneratedRegex(@"(?:^|\.)(?:encoder\.layer|blocks)\.([0-9]{1,4})\.")]
    private static partial Regex Layer();

    [GeneratedRegex(@"(?:^|\.)(?:embeddings|patch_embed|cls_token|dist_token|mask_token|pos_embed|rel_pos_bias)(?:\.|$)")]
    private static partial Regex MakesTokens();

    [GeneratedRegex(@"(?:^|\.)(?:cls_token|dist_token|pos_embed|position_embeddings)$")]
    private static partial Regex IsTokenOrPosition();
}
