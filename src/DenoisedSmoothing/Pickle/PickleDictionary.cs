using DenoisedSmoothing.Checkpoints;

namespace DenoisedSmoothing.Pickle;

/// <summary>
/// A dictionary in a pickle, as far as weights are concerned: items under texts and whole numbers, in order. Bytes count as texts, as in
/// Python 2; items under other keys are dropped.
/// </summary>
internal sealed class PickleDictionary
{
    /// <summary>An empty one.</summary>
    public const int ByteCount = 24;

    private const int FirstItemByteCount = 256;
    private const int ItemByteCount = 112;
    private const int TextByteCount = 40;

    private OrderedDictionary<PickleKey, object?>? _items;

    public IEnumerable<KeyValuePair<PickleKey, object?>> Items => _items ?? [];

    public bool IsEmpty => _items is null;

    public object? this[string key] =>
        _items is not null && _items.TryGetValue(new PickleKey(key, IsNumber: false), out object? value) ? value : null;

    /// <summary>Sets an item; as in Python, the last value stays, in the first one's place.</summary>
    /// <param name="key">Of any type.</param>
    /// <param name="value">Of any type.</param>
    /// <param name="budget">Charged for the item, and for the length of the key, which is hashed.</param>
    public void Set(object? key, object? value, MemoryBudget budget)
    {
        PickleKey name;
        switch (key)
        {
            case string text:
                budget.Charge(text.Length);
                name = new PickleKey(text, IsNumber: false);
                break;
            case PickleBytes bytes:
                budget.Charge(TextByteCount + (3L * bytes.Data.Length));
                name = new PickleKey(bytes.Text, IsNumber: false);
                break;
            case long number:
                budget.Charge(2 * TextByteCount);
                name = PickleKey.Number(number);
                break;
            default:
                return;
        }

        budget.Charge(ItemByteCount + (_items is null ? FirstItemByteCount : 0));
        (_items ??= [])[name] = value;
    }
}
