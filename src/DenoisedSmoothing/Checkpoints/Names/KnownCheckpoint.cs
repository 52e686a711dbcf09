namespace DenoisedSmoothing.Checkpoints;

/// <summary>What identifies the state_dict of one published network in one configuration: a few entries and their shapes.</summary>
/// <param name="Description">The network and its configuration, to follow "a checkpoint of".</param>
/// <param name="Telling">Entries that it has; a size of -1 matches any, such as the number of classes.</param>
/// <param name="Absent">Entries that it does not have, where a smaller configuration is the beginning of a larger one.</param>
internal sealed record KnownCheckpoint(string Description, (string Name, long[] Shape)[] Telling, params string[] Absent)
{
    /// <summary>Whether the entries are this network's, under any common prefix.</summary>
    public bool Fits(IReadOnlyDictionary<string, IReadOnlyList<long>> entries)
    {
        string first = Telling[0].Name;
        return entries.Keys.Any(name => (name.Length == first.Length || name.EndsWith($".{first}", StringComparison.Ordinal))
            && name.EndsWith(first, StringComparison.Ordinal)
            && Fits(entries, name[..^first.Length]));
    }

    private bool Fits(IReadOnlyDictionary<string, IReadOnlyList<long>> entries, string prefix) =>
        Telling.All(telling => entries.TryGetValue(prefix + telling.Name, out IReadOnlyList<long>? shape)
            && shape.Count == telling.Shape.Length && telling.Shape.Zip(shape).All(pair => pair.First == -1 || pair.First == pair.Second))
        && !Absent.Any(absent => entries.ContainsKey(prefix + absent));
}
