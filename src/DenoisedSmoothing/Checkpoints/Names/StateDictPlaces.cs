using DenoisedSmoothing.Pickle;

namespace DenoisedSmoothing.Checkpoints;

/// <summary>
/// Looks for dictionaries of tensors: in dictionaries, lists and tuples, as deep and under such keys as checkpoints have.
/// </summary>
internal sealed class StateDictPlaces
{
    private const int MaxDepth = 8;

    /// <summary>The longest key, in characters: what is under a longer one is not looked at.</summary>
    private const int MaxKeyLength = 1000;

    private const int ContainerByteCount = 96;
    private const int PlaceByteCount = 192;

    private readonly List<StateDictPlace> _found = [];

    // A pickle can contain itself, or one dictionary under millions of paths: each is looked at once.
    private readonly HashSet<object> _seen = new(ReferenceEqualityComparer.Instance);
    private readonly MemoryBudget _budget;

    // The path to what is being looked at.
    private readonly List<PickleKey> _way = [];
    private int _wayLength;

    private StateDictPlaces(MemoryBudget budget) => _budget = budget;

    /// <param name="root">What was saved.</param>
    /// <param name="budget">The file's.</param>
    public static List<StateDictPlace> Find(object? root, MemoryBudget budget)
    {
        StateDictPlaces places = new(budget);
        places.Look(root);
        return places._found;
    }

    /// <summary>What is under a key, even where it is also under another key and was found there.</summary>
    /// <param name="root">What was saved.</param>
    /// <param name="key">In the form of <see cref="StateDictPlace.Key"/>.</param>
    /// <returns>The dictionary; null where there is none, or one without tensors.</returns>
    public static PickleDictionary? At(object? root, string key)
    {
        if (key.Length == 0)
            return root is PickleDictionary dictionary && CountTensors(dictionary) > 0 ? dictionary : null;
        IEnumerable<(string Text, object? Value)> items = root switch
        {
            PickleDictionary here => here.Items.Select(item => (item.Key.Text, item.Value)),
            IList<object?> list => list.Select((item, i) => (PickleKey.Number(i).Text, item)),
            _ => [],
        };
        // A key may itself contain dots.
        return items.Where(item => item.Text == key || key.StartsWith(item.Text + ".", StringComparison.Ordinal))
            .Select(item => At(item.Value, key[Math.Min(key.Length, item.Text.Length + 1)..])).FirstOrDefault(found => found is not null);
    }

    private static int CountTensors(PickleDictionary dictionary) =>
        dictionary.Items.Count(item => !item.Key.IsNumber && item.Value is (PickleTensor or PickleUnreadable));

    private void Look(object? value)
    {
        if (value is not (PickleDictionary or List<object?> or object?[]) || _way.Count > MaxDepth || !_seen.Add(value))
            return;
        _budget.Charge(ContainerByteCount);
        if (value is PickleDictionary dictionary)
        {
            AddIfOfTensors(dictionary);
            foreach (var (key, item) in dictionary.Items)
                LookUnder(key, item);
            return;
        }

        IList<object?> items = (IList<object?>)value;
        for (int i = 0; i < items.Count; i++)
        {
            if (items[i] is PickleDictionary or List<object?> or object?[])
                LookUnder(PickleKey.Number(i), items[i]);
        }
    }

    private void LookUnder(PickleKey key, object? value)
    {
        int length = key.Text.Length + 1;
        if (_wayLength + length > MaxKeyLength)
            return;
        _way.Add(key);
        _wayLength += length;
        Look(value);
        _wayLength -= length;
        _way.RemoveAt(_way.Count - 1);
    }

    private void AddIfOfTensors(PickleDictionary dictionary)
    {
        int tensors = CountTensors(dictionary);
        if (tensors == 0)
            return;
        _budget.Charge(PlaceByteCount + (4 * _wayLength));
        _found.Add(new StateDictPlace(
            dictionary,
            string.Join('.', _way.Select(key => key.Text)),
            string.Join('.', _way.Where(key => !key.IsNumber).Select(key => key.Text)),
            _way.Exists(key => key.Text.StartsWith("optim", StringComparison.OrdinalIgnoreCase)),
            tensors));
    }
}
