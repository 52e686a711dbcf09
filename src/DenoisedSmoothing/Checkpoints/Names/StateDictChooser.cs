using DenoisedSmoothing.Pickle;

namespace DenoisedSmoothing.Checkpoints;

/// <summary>Finds the state_dict in what torch.save saved: the dictionary itself, or one inside a training checkpoint.</summary>
internal static class StateDictChooser
{
    private const int MaxDepth = 8;
    private const int Shown = 10;

    /// <summary>
    /// Averaged weights first, as timm does: they are what is evaluated. Where a checkpoint under such a key has other names than the
    /// network, loading says so; plain weights in place of the averaged ones would load and be silently worse.
    /// </summary>
    private static readonly string[] Preferred =
    [
        "ema_state_dict", "state_dict_ema", "model_ema", "ema_model", "ema", "params_ema",
        "state_dict", "model_state_dict", "model", "net", "network", "module", "weights", "params", "denoiser", "classifier",
    ];

    /// <summary>The preferred keys in order, for documentation and messages.</summary>
    public static string Preference { get; } = string.Join(", ", Preferred);

    /// <param name="root">What was saved.</param>
    /// <param name="key">The path that the caller asks for, joined by dots; null to choose.</param>
    /// <param name="file">What messages call the file.</param>
    /// <returns>The dictionary, and its path; empty for the root.</returns>
    /// <exception cref="CheckpointException">There is none, or there are several without a preferred key.</exception>
    public static (string Key, PickleDictionary StateDict) Choose(object? root, string? key, string file)
    {
        List<(string Key, PickleDictionary StateDict, int Tensors)> candidates = [];
        Collect(root, "", 0, new HashSet<PickleDictionary>(ReferenceEqualityComparer.Instance), candidates);
        foreach (string wanted in key is null ? Order() : [key])
        {
            if (candidates.Find(candidate => candidate.Key == wanted) is { StateDict: { } chosen })
                return (wanted, chosen);
        }

        if (key is null && candidates is [var only])
            return (only.Key, only.StateDict);
        if (candidates.Count == 0)
        {
            // An empty state_dict is one: that of a module without weights.
            if (key is null && root is PickleDictionary empty && !empty.Items.Any())
                return ("", empty);
            throw CheckpointException.In(file, "it holds no state_dict: no dictionary of tensors", "Save one in Python: torch.save(model.state_dict(), path).");
        }

        string list = string.Join(", ", candidates.OrderByDescending(candidate => candidate.Tensors).Take(Shown).Select(Describe))
            + (candidates.Count > Shown ? $" and {candidates.Count - Shown} more" : "");
        throw CheckpointException.In(
            file,
            key is null ? $"it holds several dictionaries of tensors: {list}" : $"it has no tensors under the key {CheckpointException.Quote(key)}, but under {list}",
            "Set CheckpointOptions.Key to one of them.");
    }

    private static IEnumerable<string> Order() =>
        [.. Preferred, .. Preferred.SelectMany(_ => Preferred, (outer, inner) => $"{outer}.{inner}"), ""];

    private static string Describe((string Key, PickleDictionary StateDict, int Tensors) candidate) =>
        $"{CheckpointException.Quote(candidate.Key)} ({candidate.Tensors} tensor{(candidate.Tensors == 1 ? "" : "s")})";

    // A pickle can hold itself, or one dictionary under millions of paths: each is looked at once.
    private static void Collect(
        object? value, string path, int depth, HashSet<PickleDictionary> seen, List<(string Key, PickleDictionary StateDict, int Tensors)> candidates)
    {
        if (value is not PickleDictionary dictionary || depth > MaxDepth || !seen.Add(dictionary))
            return;
        int tensors = dictionary.Items.Count(item => item.Value is PickleTensor);
        if (tensors > 0)
            candidates.Add((path, dictionary, tensors));
        foreach (var (name, item) in dictionary.Items)
            Collect(item, path.Length == 0 ? name : $"{path}.{name}", depth + 1, seen, candidates);
    }
}
