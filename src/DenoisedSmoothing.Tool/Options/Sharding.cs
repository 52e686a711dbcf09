using System.Globalization;

namespace DenoisedSmoothing.Tool;

/// <summary>One machine's share of a run: the i-th of N, from 1.</summary>
internal readonly record struct Sharding(int Shard, int Shards)
{
    /// <summary>Reads <c>i/N</c>.</summary>
    public static bool TryParse(string text, out Sharding sharding)
    {
        sharding = default;
        string[] parts = text.Split('/');
        if (parts.Length != 2 || !TryNumber(parts[0], out int shard) || !TryNumber(parts[1], out int shards) || shard < 1 || shard > shards)
            return false;
        sharding = new Sharding(shard, shards);
        return true;
    }

    private static bool TryNumber(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
