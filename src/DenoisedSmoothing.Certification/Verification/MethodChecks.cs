namespace DenoisedSmoothing.Verification;

/// <summary>The most recently used checks, by method and noise law, within a bound in bytes.</summary>
/// <remarks>
/// Bytes and not entries, because checks differ greatly in size: a fixed-vote one is a few numbers, and a sequential one with hundreds of
/// target radii has tables of megabytes. Sizes are estimates, made when a check is created. Safe for concurrent use; a check that several
/// callers want at once is made once, and a check that cannot be made is not kept.
/// </remarks>
/// <param name="mostBytes">Beyond it, the least recently used check is dropped, and made again when needed.</param>
internal sealed class MethodChecks(long mostBytes)
{
    // A method's text is held about three times, besides the entry itself.
    private const int BytesOfEntry = 512, BytesOfCharacter = 6;

    private readonly Lock _gate = new();
    private readonly Dictionary<Key, LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _lastUsedFirst = [];
    private long _bytes;

    /// <summary>How many are kept.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _entries.Count;
        }
    }

    /// <summary>Their estimated size.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate)
                return _bytes;
        }
    }

    /// <summary>The check for a method under a noise law; null where the method cannot be checked.</summary>
    /// <param name="method">The method.</param>
    /// <param name="noise">The law's text; null where the method is checked for predictions, or the law has none.</param>
    /// <param name="law">The law.</param>
    /// <exception cref="ArgumentException">The method or a parameter is not known.</exception>
    public MethodCheck? Of(CertificationMethod method, string? noise, NoiseLaw law)
    {
        LinkedListNode<Entry> node = Node(new Key(method, noise, law.Sigma), law);
        MethodCheck? check;
        try
        {
            check = node.Value.Check.Value;
        }
        catch
        {
            lock (_gate)
                Remove(node);
            throw;
        }

        lock (_gate)
            Weigh(node, check);
        return check;
    }

    private LinkedListNode<Entry> Node(Key key, NoiseLaw law)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(key, out LinkedListNode<Entry>? node))
                _entries.Add(key, node = new(new Entry(key, new Lazy<MethodCheck?>(() => MethodCheck.Of(key.Method, law)))));
            else
                _lastUsedFirst.Remove(node);
            _lastUsedFirst.AddFirst(node);
            return node;
        }
    }

    // Of several callers who made it together, the first counts it; a check dropped meanwhile is not counted.
    private void Weigh(LinkedListNode<Entry> node, MethodCheck? check)
    {
        if (node.List is null || node.Value.Bytes > 0)
            return;
        Key key = node.Value.Key;
        node.Value.Bytes = BytesOfEntry + BytesOfCharacter * ((long)key.Method.ToString().Length + (key.Noise?.Length ?? 0))
            + (check?.Bytes ?? 0);
        _bytes += node.Value.Bytes;
        while (_bytes > mostBytes && _lastUsedFirst.Last is { } last)
            Remove(last);
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        if (node.List is null)
            return;
        _lastUsedFirst.Remove(node);
        _entries.Remove(node.Value.Key);
        _bytes -= node.Value.Bytes;
    }

    private sealed record Key(CertificationMethod Method, string? Noise, double Sigma);

    private sealed class Entry(Key key, Lazy<MethodCheck?> check)
    {
        public Key Key => key;

        public Lazy<MethodCheck?> Check => check;

        /// <summary>0 until it is made.</summary>
        public long Bytes { get; set; }
    }
}
