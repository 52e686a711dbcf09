using System.Runtime.InteropServices;

namespace DenoisedSmoothing.Pickle;

/// <summary>The stack, the marks and the memo of a pickle machine, under a budget: a pickle cannot make more than it is worth.</summary>
internal sealed class PickleStack
{
    /// <summary>
    /// How many values a pickle may make; a container counts for four, a tensor for more. The state of an optimizer over 10,000
    /// tensors makes a million; what 4 million can make fits in a few hundred megabytes.
    /// </summary>
    private const int Budget = 4_000_000;

    private const int ContainerCost = 4;

    private readonly List<object?> _values = [];
    private readonly List<int> _marks = [];
    private readonly Dictionary<uint, object?> _memo = [];
    private int _spent;

    public int Count => _values.Count;

    /// <exception cref="PickleException">The pickle made too much.</exception>
    public void Charge(int cost)
    {
        // A cost is at most the number of values made before: no overflow.
        _spent += cost;
        if (_spent > Budget)
            throw new PickleException($"it makes more than {Budget} values");
    }

    public void Push(object? value)
    {
        Charge(value is null or string or bool or long or double ? 1 : ContainerCost);
        _values.Add(value);
    }

    public object? Pop()
    {
        object? value = Peek();
        _values.RemoveAt(_values.Count - 1);
        return value;
    }

    /// <summary>The topmost value; what lies below the topmost mark is out of reach, as in Python.</summary>
    public object? Peek() => _values.Count > (_marks.Count > 0 ? _marks[^1] : 0) ? _values[^1] : throw new PickleException("its stack is empty");

    public void Mark()
    {
        Charge(1);
        _marks.Add(_values.Count);
    }

    /// <summary>Takes everything above the topmost mark, and the mark.</summary>
    public object?[] PopToMark()
    {
        if (_marks.Count == 0)
            throw new PickleException("its stack has no mark");
        int from = _marks[^1];
        _marks.RemoveAt(_marks.Count - 1);
        object?[] above = CollectionsMarshal.AsSpan(_values)[from..].ToArray();
        _values.RemoveRange(from, _values.Count - from);
        return above;
    }

    public void Put(uint index)
    {
        object? value = Peek();
        Charge(1);
        _memo[index] = value;
    }

    /// <summary>Remembers the topmost value under the next free number (protocol 4).</summary>
    public void Memoize() => Put((uint)_memo.Count);

    public void Get(uint index) =>
        Push(_memo.TryGetValue(index, out object? value) ? value : throw new PickleException($"it refers to a value {index} that it never made"));
}
