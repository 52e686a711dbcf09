using System.Globalization;

namespace DenoisedSmoothing.Data;

/// <summary>Which images of a data set: a start, a step, a maximum, and one machine's share of these.</summary>
/// <remarks>
/// Indices stay those of the data set, so an image has the same noise whatever the selection. Cohen et al.'s <c>certify.py</c> treats its
/// <c>--max</c> as a bound on the index; here it is a number of images.
/// </remarks>
public sealed record DatasetRange
{
    /// <summary>The first index.</summary>
    /// <value>0 unless set.</value>
    public int Start
    {
        get;
        init => field = value >= 0 ? value : throw Wrong(nameof(Start), value, "at least 0");
    }

    /// <summary>The step: every Skip-th index from <see cref="Start"/> on, like Cohen et al.'s <c>--skip</c>.</summary>
    /// <value>1, every image, unless set.</value>
    public int Skip
    {
        get;
        init => field = value >= 1 ? value : throw Wrong(nameof(Skip), value, "at least 1");
    } = 1;

    /// <summary>The most images, over all shards together.</summary>
    /// <value>Null, no limit, unless set.</value>
    public int? Max
    {
        get;
        init => field = value is null or >= 0 ? value : throw Wrong(nameof(Max), value.Value, "at least 0");
    }

    /// <summary>
    /// Which shard this is, from 1 to <see cref="Shards"/>: it takes every Shards-th of the selected images, beginning with the Shard-th.
    /// </summary>
    /// <value>1 unless set.</value>
    public int Shard
    {
        get;
        init => field = value >= 1 ? value : throw Wrong(nameof(Shard), value, "at least 1");
    } = 1;

    /// <summary>Into how many shards the selection is divided; together they are the whole, without overlap.</summary>
    /// <value>1 unless set.</value>
    public int Shards
    {
        get;
        init => field = value >= 1 ? value : throw Wrong(nameof(Shards), value, "at least 1");
    } = 1;

    /// <summary>The selected indices, in increasing order.</summary>
    /// <param name="count">The number of images in the data set.</param>
    /// <exception cref="InvalidOperationException"><see cref="Shard"/> is above <see cref="Shards"/>.</exception>
    public IEnumerable<int> Indices(int count)
    {
        int selected = CountOf(count);
        return Enumerable.Range(0, selected).Select(i => (int)(Start + (Shard - 1 + (long)i * Shards) * Skip));
    }

    /// <summary>How many indices <see cref="Indices"/> gives.</summary>
    /// <param name="count">The number of images in the data set.</param>
    /// <exception cref="InvalidOperationException"><see cref="Shard"/> is above <see cref="Shards"/>.</exception>
    public int CountOf(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (Shard > Shards)
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"There is no shard {Shard} of {Shards}."));
        long stepped = Start >= count ? 0 : ((long)count - Start - 1) / Skip + 1;
        long all = Math.Min(stepped, Max ?? long.MaxValue);
        return (int)((all - Shard + Shards) / Shards);
    }

    private static ArgumentOutOfRangeException Wrong(string name, int value, string bound) =>
        new(name, value, string.Create(CultureInfo.InvariantCulture, $"{name} is {bound}."));
}
