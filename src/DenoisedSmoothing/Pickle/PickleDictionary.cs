namespace DenoisedSmoothing.Pickle;

/// <summary>
/// A dictionary of a pickle, as far as weights go: items under strings, in order. Bytes count as strings, as
/// they did in Python 2; items under other keys (an optimizer counts its parameters) are dropped.
/// </summary>
internal sealed class PickleDictionary
{
    private OrderedDictionary<string, object?>? _items;

    public IEnumerable<KeyValuePair<string, object?>> Items => _items ?? [];

    public object? this[string key] => _items is not null && _items.TryGetValue(key, out object? value) ? value : null;

    /// <summary>Sets an item; as in Python, the last value stays, at the first one's place.</summary>
    public void Set(object? key, object? value)
    {
        if ((key is PickleBytes bytes ? bytes.Text : key as string) is { } name)
            (_items ??= new(StringComparer.Ordinal))[name] = value;
    }
}
