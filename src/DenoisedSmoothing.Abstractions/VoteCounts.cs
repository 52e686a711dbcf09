using System.Text.Json.Serialization;
using DenoisedSmoothing.Json;

namespace DenoisedSmoothing;

/// <summary>How many votes each class received, and how many no class did. Immutable.</summary>
[JsonConverter(typeof(CertificateJson))]
public sealed class VoteCounts : IEquatable<VoteCounts>
{
    private readonly long[] _counts;
    private readonly long _forClasses;

    /// <summary>Creates counts, one entry per class.</summary>
    /// <param name="counts">Votes by label; at least two classes, none negative.</param>
    /// <exception cref="ArgumentException">Fewer than two classes, or a negative count.</exception>
    public VoteCounts(params ReadOnlySpan<long> counts)
    {
        if (counts.Length < 2)
            throw new ArgumentException($"Votes need at least 2 classes, got {counts.Length}.", nameof(counts));
        foreach (long count in counts)
        {
            if (count < 0)
                throw new ArgumentException($"A vote count is never negative, got {count}.", nameof(counts));
            _forClasses = checked(_forClasses + count);
        }

        _counts = counts.ToArray();
    }

    /// <summary>The number of classes.</summary>
    public int ClassCount => _counts.Length;

    /// <summary>
    /// Votes for no class, because their row's scores were not finite. They count in <see cref="Total"/>, and so against every class.
    /// </summary>
    /// <value>0 unless set.</value>
    /// <exception cref="ArgumentOutOfRangeException">The count is negative.</exception>
    public long Missed
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _ = checked(_forClasses + value);
            field = value;
        }
    }

    /// <summary>The votes for all classes and for none.</summary>
    public long Total => _forClasses + Missed;

    /// <summary>The votes of one class.</summary>
    /// <param name="label">0-based label.</param>
    public long this[int label] => _counts[label];

    /// <summary>The label with the most votes; ties go to the lowest label.</summary>
    public int Top => Best(except: -1);

    /// <summary>The label with the most votes after <see cref="Top"/>; ties go to the lowest label.</summary>
    public int RunnerUp => Best(except: Top);

    /// <summary>Votes by label.</summary>
    public ReadOnlySpan<long> AsSpan() => _counts;

    /// <summary>The sum of two tallies over the same classes.</summary>
    /// <param name="other">Votes over the same number of classes.</param>
    /// <exception cref="ArgumentException">The class counts differ.</exception>
    public VoteCounts Add(VoteCounts other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.ClassCount != ClassCount)
            throw new ArgumentException($"Votes over {other.ClassCount} classes cannot be added to votes over {ClassCount}.",
                nameof(other));
        long[] sum = new long[_counts.Length];
        for (int label = 0; label < sum.Length; label++)
            sum[label] = checked(_counts[label] + other._counts[label]);
        return new VoteCounts(sum) { Missed = checked(Missed + other.Missed) };
    }

    /// <inheritdoc/>
    public bool Equals(VoteCounts? other) => other is not null && other.Missed == Missed && _counts.AsSpan().SequenceEqual(other._counts);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as VoteCounts);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (long count in _counts)
            hash.Add(count);
        hash.Add(Missed);
        return hash.ToHashCode();
    }

    /// <summary>The counts, comma separated, in label order; followed by the missed votes, if any.</summary>
    public override string ToString() => string.Join(',', _counts) + (Missed > 0 ? $" and {Missed} missed" : "");

    private int Best(int except)
    {
        int best = -1;
        for (int label = 0; label < _counts.Length; label++)
        {
            if (label != except && (best < 0 || _counts[label] > _counts[best]))
                best = label;
        }

        return best;
    }
}
