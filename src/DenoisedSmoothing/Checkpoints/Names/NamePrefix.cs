namespace DenoisedSmoothing.Checkpoints;

/// <summary>Finds what wrappers put before the names of a network's weights, so that it can be stripped.</summary>
internal static class NamePrefix
{
    private const int MaxWrappers = 8;

    /// <summary>torch.compile; DataParallel and AveragedModel; a Lightning module around its network.</summary>
    private static readonly string[] Wrappers = ["_orig_mod.", "module.", "model."];

    /// <summary>Parts of names of things that lie beside a network in the saved module and are not its weights.</summary>
    private static readonly string[] Beside = ["loss", "criterion", "metric"];

    /// <summary>The prefix of wrappers that every name that matters has.</summary>
    /// <param name="entries">All entries of a checkpoint.</param>
    /// <returns>Empty where there is none, or where names that matter would be left out.</returns>
    public static string OfWrappers(IReadOnlyList<TensorEntry> entries)
    {
        string prefix = "";
        for (int i = 0; i < MaxWrappers; i++)
        {
            string? longer = Wrappers.Select(wrapper => prefix + wrapper).FirstOrDefault(longer =>
                entries.Any(entry => Has(entry, longer)) && entries.All(entry => Has(entry, longer) || IsBeside(entry, prefix)));
            if (longer is null)
                break;
            prefix = longer;
        }

        return prefix;
    }

    /// <summary>The prefixes that a caller asks for, one after the other, each where any name has it.</summary>
    public static string Of(IReadOnlyList<TensorEntry> entries, IReadOnlyList<string> prefixes) =>
        prefixes.Aggregate("", (stripped, next) => entries.Any(entry => Has(entry, stripped + next)) ? stripped + next : stripped);

    /// <summary>Whether a name has a prefix and is longer.</summary>
    public static bool Has(TensorEntry entry, string prefix) =>
        entry.Name.Length > prefix.Length && entry.Name.StartsWith(prefix, StringComparison.Ordinal);

    /// <summary>The ends of a prefix, from nothing to all of it: for "a.b." they are "", "b." and "a.b.".</summary>
    public static IEnumerable<string> Ends(string prefix)
    {
        for (int at = prefix.Length; at >= 0; at = at < 2 ? -1 : prefix.LastIndexOf('.', at - 2) + 1)
        {
            yield return prefix[at..];
            if (at == 0)
                yield break;
        }
    }

    // A single number, as AveragedModel counts its models, or what a loss or a metric keeps.
    private static bool IsBeside(TensorEntry entry, string prefix)
    {
        ReadOnlySpan<char> name = entry.Name.AsSpan(entry.Name.StartsWith(prefix, StringComparison.Ordinal) ? prefix.Length : 0);
        int dot = name.IndexOf('.');
        if (dot < 0 && entry.Shape.All(size => size == 1))
            return true;
        ReadOnlySpan<char> first = dot < 0 ? name : name[..dot];
        foreach (string part in Beside)
        {
            if (first.Contains(part, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }
}
