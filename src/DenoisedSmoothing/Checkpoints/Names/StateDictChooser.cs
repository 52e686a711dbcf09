using DenoisedSmoothing.Pickle;

namespace DenoisedSmoothing.Checkpoints;

/// <summary>Finds the state_dict in what torch.save saved: the dictionary itself, or one inside a training checkpoint.</summary>
internal static class StateDictChooser
{
    private const int Shown = 10;

    /// <summary>
    /// Averaged weights first, as in timm: they are what is evaluated. Where a checkpoint under such a key has other names than the
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
    /// <param name="budget">The file's.</param>
    /// <returns>The dictionary, and its path; empty for the root.</returns>
    /// <exception cref="CheckpointException">There is none, or there are several without a preferred key.</exception>
    public static (string Key, PickleDictionary StateDict) Choose(object? root, string? key, string file, MemoryBudget budget)
    {
        List<StateDictPlace> all = StateDictPlaces.Find(root, budget);
        // An empty state_dict counts: it is that of a module without weights.
        if (all.Count == 0 && key is null && root is PickleDictionary { IsEmpty: true } empty)
            return ("", empty);
        if (all.Count == 0)
        {
            throw CheckpointException.In(
                file, "it holds no state_dict: no dictionary of tensors", "Save one in Python: torch.save(model.state_dict(), path).");
        }

        List<StateDictPlace> choice = key is null ? PreferredOf(all) : all.FindAll(place => place.Key == key);
        if (choice is [{ } only, ..] && (choice.Count == 1 || key is not null))
            return (only.Key, only.StateDict);
        if (key is not null && StateDictPlaces.At(root, key) is { } elsewhere)
            return (key, elsewhere);
        List<StateDictPlace> shown = [.. (choice.Count > 0 ? choice : all).OrderByDescending(place => place.TensorCount)];
        string list = string.Join(", ", shown.Take(Shown)) + (shown.Count > Shown ? $" and {shown.Count - Shown} more" : "");
        throw CheckpointException.In(
            file,
            key is null
                ? $"it holds several dictionaries of tensors: {list}"
                : $"it has no tensors under the key {CheckpointException.Quote(key)}, but under {list}",
            "Set CheckpointOptions.Key to one of them.",
            option: nameof(CheckpointOptions.Key),
            choices: [.. shown.Take(Shown).Select(place => place.Key)]);
    }

    /// <summary>The places that are equally good and better than all others: just one where there is no doubt.</summary>
    private static List<StateDictPlace> PreferredOf(List<StateDictPlace> all)
    {
        // What an optimizer keeps for each weight is not a network.
        List<StateDictPlace> networks = all.FindAll(place => !place.IsOptimizer);
        if (networks.Count == 0)
            networks = all;
        ILookup<string, StateDictPlace> byName = networks.ToLookup(place => place.Name, StringComparer.Ordinal);
        foreach (string wanted in Order().Where(byName.Contains))
            return NamedFirst(byName[wanted]);
        // Then the outermost one, and then the only one there is.
        return networks.Find(place => place.Key.Length == 0) is { } outermost ? [outermost] : NamedFirst(networks);
    }

    private static List<StateDictPlace> NamedFirst(IEnumerable<StateDictPlace> places)
    {
        List<StateDictPlace> all = [.. places], named = all.FindAll(place => !place.IsNumbered);
        return named.Count > 0 ? named : all;
    }

    private static IEnumerable<string> Order() =>
        [.. Preferred, .. Preferred.SelectMany(_ => Preferred, (outer, inner) => $"{outer}.{inner}")];
}
