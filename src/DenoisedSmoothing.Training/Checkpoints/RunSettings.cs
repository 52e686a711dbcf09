namespace DenoisedSmoothing.Training;

/// <summary>
/// Everything that decides a run's result besides its number of steps, by name: a checkpoint is continued only under the same settings.
/// </summary>
internal static class RunSettings
{
    private const string Objective = "objective";

    /// <summary>Reads an objective's <c>name; key=value; key=value</c>.</summary>
    public static IEnumerable<KeyValuePair<string, string>> OfObjective(string settings)
    {
        string[] parts = settings.Split("; ");
        yield return new(Objective, parts[0]);
        foreach (string part in parts[1..])
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            yield return equals < 0 ? new(part, "yes") : new(part[..equals], part[(equals + 1)..]);
        }
    }

    /// <summary>Collects settings; those with the same name become one, with both values.</summary>
    public static Dictionary<string, string> Of(params IEnumerable<KeyValuePair<string, string>> settings) =>
        settings.GroupBy(setting => setting.Key).ToDictionary(
            group => group.Key, group => string.Join(", ", group.Select(setting => setting.Value)));

    /// <summary>One sentence for each difference; empty where the runs are the same.</summary>
    public static IEnumerable<string> Differences(IReadOnlyDictionary<string, string> there, IReadOnlyDictionary<string, string> now)
    {
        foreach (string name in there.Keys.Union(now.Keys))
        {
            string? before = there.GetValueOrDefault(name), after = now.GetValueOrDefault(name);
            if (before is null || after is null)
                yield return $"The checkpoint has {Value(name, before)}; this run has {Value(name, after)}.";
            else if (before != after)
                yield return $"The checkpoint has {name} {before}; this run has {after}.";
        }

        static string Value(string name, string? value) => value is null ? $"no {name}" : $"{name} {value}";
    }
}
