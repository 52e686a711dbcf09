using System.Runtime.InteropServices;
using DenoisedSmoothing.Checkpoints;

namespace DenoisedSmoothing.Pickle;

/// <summary>The stack, the marks and the memo of a pickle machine; what they hold is charged to the budget of the file.</summary>
/// <param name="budget">The file's.</param>
internal sealed class PickleStack(MemoryBudget budget)
{
    /// <summary>A place in a list that doubles as it grows.</summary>
    private const int SlotByteCount = 24;

    private const int NumberByteCount = 24;
    private const int ArrayByteCount = 24;

    // A value that no pickle can make: it marks a memo number that was skipped.
    private static readonly object s_never = new();

    private readonly List<object?> _values = [];
    private readonly List<int> _marks = [];

    // Pickles count: a list is a third of a dictionary.
    private readonly List<object?> _memo = [];

    // The most there have been of each: reusing a place costs nothing.
    private int _mostValues;
    private int _mostMarks;

    /// <summary>Pushes a value that already exists or was charged for.</summary>
    public void Push(object? value)
    {
        if (_values.Count == _mostValues)
        {
            budget.Charge(SlotByteCount);
            _mostValues++;
        }

        _values.Add(value);
    }

    public void Push(long value) => PushNumber(value);

    public void Push(double value) => PushNumber(value);

    public void Push(bool value) => PushNumber(value);

    public object? Pop()
    {
        object? value = Peek();
        _values.RemoveAt(_values.Count - 1);
        return value;
    }

    /// <summary>The topmost value; what lies below the topmost mark is out of reach, as in Python.</summary>
    public object? Peek() =>
        _values.Count > (_marks.Count > 0 ? _marks[^1] : 0) ? _values[^1] : throw new PickleException("its stack is empty");

    /// <summary>Takes the topmost values, in the order in which they were pushed.</summary>
    public object?[] Pop(int count)
    {
        budget.Charge(ArrayByteCount + (sizeof(long) * count));
        object?[] values = new object?[count];
        for (int i = count - 1; i >= 0; i--)
            values[i] = Pop();
        return values;
    }

    public void Mark()
    {
        if (_marks.Count == _mostMarks)
        {
            budget.Charge(SlotByteCount / 2);
            _mostMarks++;
        }

        _marks.Add(_values.Count);
    }

    /// <summary>Takes everything above the topmost mark, and the mark.</summary>
    public object?[] PopToMark()
    {
        if (_marks.Count == 0)
            throw new PickleException("its stack has no mark");
        int from = _marks[^1];
        _marks.RemoveAt(_marks.Count - 1);
        budget.Charge(ArrayByteCount + (sizeof(long) * (_values.Count - from)));
        object?[] above = CollectionsMarshal.AsSpan(_values)[from..].ToArray();
        _values.RemoveRange(from, _values.Count - from);
        return above;
    }

    /// <summary>Remembers the topmost value under a number.</summary>
    public void Put(uint index)
    {
        object? value = Peek();
        if (index < _memo.Count)
        {
            _memo[(int)index] = value;
            return;
        }

        budget.Charge(SlotByteCount * (index - _memo.Count + 1L));
        while (_memo.Count < index)
            _memo.Add(s_never);
        _memo.Add(value);
    }

    /// <summary>Remembers the topmost value under the next free number (protocol 4).</summary>
    public void Memoize() => Put((uint)_memo.Count);

    public void Get(uint index)
    {
        if (index >= _memo.Count || _memo[(int)index] == s_never)
            throw new PickleException($"it refers to a value {index} that it never made");
        Push(_memo[(int)index]);
    }

    private void PushNumber(object value)
    {
        budget.Charge(NumberByteCount);
        Push(value);
    }
}
