using System.Globalization;

namespace DenoisedSmoothing.Presets;

/// <summary>Timesteps of a schedule: a range, or a chosen set.</summary>
internal sealed class TimestepSet
{
    private TimestepSet(IReadOnlyList<int>? chosen, int first, int last) => (Chosen, First, Last) = (chosen, first, last);

    /// <summary>The chosen ones, in increasing order; null for a range.</summary>
    public IReadOnlyList<int>? Chosen { get; }

    public int First { get; }

    public int Last { get; }

    public static TimestepSet Range(int first, int last) => first >= 0 && first <= last
        ? new TimestepSet(null, first, last)
        : throw new FormatException($"{first}..{last} is not a range of timesteps");

    public static TimestepSet Of(IEnumerable<int> timesteps)
    {
        int[] chosen = [.. timesteps.Distinct().Order()];
        return chosen.Length > 0 && chosen[0] >= 0
            ? new TimestepSet(chosen, chosen[0], chosen[^1])
            : throw new FormatException("there are no timesteps");
    }

    public bool Contains(int timestep) => Chosen?.Contains(timestep) ?? (timestep >= First && timestep <= Last);

    /// <summary>Whether a walk from a timestep down to 0 meets no other.</summary>
    public bool ContainsAllUpTo(int timestep) => Chosen is null && First == 0 && Last >= timestep;

    public static TimestepSet Parse(string text)
    {
        string[] ends = text.Split("..");
        return ends.Length == 2 ? Range(Number(ends[0]), Number(ends[1])) : Of(text.Split(',').Select(Number));
    }

    public override string ToString() => Chosen is null
        ? string.Create(CultureInfo.InvariantCulture, $"{First}..{Last}")
        : string.Join(',', Chosen.Select(t => t.ToString(CultureInfo.InvariantCulture)));

    private static int Number(string text) => PlainNumber.ParseWhole<int>(text, "A timestep");
}
