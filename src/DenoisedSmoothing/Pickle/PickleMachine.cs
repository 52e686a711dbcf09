using System.Buffers.Binary;
using System.Numerics;
using DenoisedSmoothing.Checkpoints;

namespace DenoisedSmoothing.Pickle;

/// <summary>
/// Reads one pickle as data. Python's own machine runs whatever a pickle names; this one knows a closed list of opcodes and names, leaves
/// the names to its reader's <see cref="IPickleTypes"/> (tensors: <see cref="PickleCalls"/>), and refuses everything else by name. Nothing
/// is ever run.
/// </summary>
/// <param name="input">Read to the end of the pickle, and no further.</param>
/// <param name="file">What messages call the file.</param>
/// <param name="types">What names, calls and bytes mean.</param>
/// <param name="budget">Charged for every value before it is made.</param>
internal sealed class PickleMachine(ByteInput input, string file, IPickleTypes types, MemoryBudget budget)
{
    private const int MaxLongByteCount = 1024;
    private const int MaxNameByteCount = 1024;
    private const int TextByteCount = 32;
    private const int ListByteCount = 32;
    private const int ListItemByteCount = 24;

    private readonly PickleStack _stack = new(budget);
    private readonly byte[] _name = new byte[MaxNameByteCount];

    /// <summary>Runs to STOP.</summary>
    /// <returns>A string, bool, long, double or null, a BigInteger, an array (a tuple), a List, a <see cref="PickleDictionary"/>,
    /// a <see cref="PickleGlobal"/>, <see cref="PickleOpaque"/>, or what the types make.</returns>
    /// <exception cref="CheckpointException">The pickle is damaged, too large, or refers to something that is not on the list.</exception>
    public object? Run()
    {
        long start = input.Consumed, at = start;
        try
        {
            while (true)
            {
                at = input.Consumed;
                if (at - start > types.MaxByteCount)
                    throw new PickleException($"it is longer than {types.MaxByteCount} bytes");
                PickleOpcode opcode = (PickleOpcode)input.ReadByte();
                if (opcode == PickleOpcode.Stop)
                    return _stack.Pop();
                Step(opcode);
            }
        }
        catch (PickleException e)
        {
            throw CheckpointException.In(
                file, $"byte {at - start} of its pickle: {e.Message}", e.Remedy, option: e.Option, choices: e.Choices);
        }
        catch (EndOfStreamException)
        {
            throw CheckpointException.In(file, $"its pickle ends early, inside the opcode at byte {at - start}");
        }
    }

    private void Step(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Proto:
                if (input.ReadByte() is > 5 and var protocol)
                    throw new PickleException($"its protocol is {protocol}, and 5 is the newest");
                break;
            case PickleOpcode.Frame: input.Read(sizeof(ulong)); break;
            case PickleOpcode.Mark: _stack.Mark(); break;
            case PickleOpcode.Pop: _stack.Pop(); break;
            case PickleOpcode.PopMark: _stack.PopToMark(); break;
            case PickleOpcode.Dup: _stack.Push(_stack.Peek()); break;
            case PickleOpcode.None: _stack.Push(null); break;
            case PickleOpcode.NewTrue: _stack.Push(true); break;
            case PickleOpcode.NewFalse: _stack.Push(false); break;
            case PickleOpcode.BinInt: _stack.Push((long)(int)input.ReadUInt32()); break;
            case PickleOpcode.BinInt1: _stack.Push((long)input.ReadByte()); break;
            case PickleOpcode.BinInt2: _stack.Push((long)input.ReadUInt16()); break;
            case PickleOpcode.Long1: PushLong(input.ReadByte()); break;
            case PickleOpcode.Long4: PushLong(input.ReadUInt32()); break;
            case PickleOpcode.BinFloat: _stack.Push(BinaryPrimitives.ReadDoubleBigEndian(input.Read(sizeof(double)))); break;
            case PickleOpcode.ShortBinString: _stack.Push(types.OldString(input, input.ReadByte())); break;
            case PickleOpcode.BinString: _stack.Push(types.OldString(input, input.ReadUInt32())); break;
            case PickleOpcode.ShortBinUnicode: PushText(input.ReadByte()); break;
            case PickleOpcode.BinUnicode: PushText(input.ReadUInt32()); break;
            case PickleOpcode.BinUnicode8: PushText(Length(input.ReadUInt64())); break;
            case PickleOpcode.ShortBinBytes: _stack.Push(types.Bytes(input, input.ReadByte())); break;
            case PickleOpcode.BinBytes: _stack.Push(types.Bytes(input, input.ReadUInt32())); break;
            case PickleOpcode.BinBytes8 or PickleOpcode.ByteArray8: _stack.Push(types.Bytes(input, Length(input.ReadUInt64()))); break;
            case PickleOpcode.EmptyTuple: _stack.Push(Array.Empty<object?>()); break;
            case PickleOpcode.Tuple: _stack.Push(_stack.PopToMark()); break;
            case PickleOpcode.Tuple1: _stack.Push(_stack.Pop(1)); break;
            case PickleOpcode.Tuple2: _stack.Push(_stack.Pop(2)); break;
            case PickleOpcode.Tuple3: _stack.Push(_stack.Pop(3)); break;
            case PickleOpcode.EmptyList: PushList([]); break;
            case PickleOpcode.List: PushList(_stack.PopToMark()); break;
            case PickleOpcode.EmptyDict: PushDictionary([]); break;
            case PickleOpcode.Dict: PushDictionary(_stack.PopToMark()); break;
            case PickleOpcode.EmptySet: PushOpaque("set"); break;
            case PickleOpcode.FrozenSet: _stack.PopToMark(); PushOpaque("frozenset"); break;
            case PickleOpcode.Append: Append([_stack.Pop()]); break;
            case PickleOpcode.Appends or PickleOpcode.AddItems: Append(_stack.PopToMark()); break;
            case PickleOpcode.SetItem: SetItems(_stack.Pop(2)); break;
            case PickleOpcode.SetItems: SetItems(_stack.PopToMark()); break;
            case PickleOpcode.BinPut: _stack.Put(input.ReadByte()); break;
            case PickleOpcode.LongBinPut: _stack.Put(input.ReadUInt32()); break;
            case PickleOpcode.Memoize: _stack.Memoize(); break;
            case PickleOpcode.BinGet: _stack.Get(input.ReadByte()); break;
            case PickleOpcode.LongBinGet: _stack.Get(input.ReadUInt32()); break;
            case PickleOpcode.Global: PushGlobal(Line(), Line()); break;
            case PickleOpcode.StackGlobal: PushGlobal(_stack.Pop(2)); break;
            case PickleOpcode.BinPersId: _stack.Push(types.Persistent(_stack.Pop())); break;
            case PickleOpcode.Reduce or PickleOpcode.NewObj: Call(_stack.Pop(2)); break;
            case PickleOpcode.NewObjEx: Call(_stack.Pop(3)[..2]); break;
            case PickleOpcode.Build: SetState(_stack.Pop()); break;
            default: throw new PickleException($"the opcode 0x{(byte)opcode:x2} is not one that {types.Wanted} need", types.Remedy);
        }
    }

    private void PushLong(uint length)
    {
        if (length > MaxLongByteCount)
            throw new PickleException($"an integer has {length} bytes");
        budget.Charge(2 * length);
        BigInteger value = new(input.Read(length));
        if (length <= sizeof(long))
        {
            _stack.Push((long)value);
            return;
        }

        budget.Charge(TextByteCount);
        _stack.Push((object)value);
    }

    private void PushText(long length) =>
        _stack.Push(Text(input, length, budget) ?? throw new PickleException("a text is not UTF-8"));

    /// <summary>A text; null where the bytes are not one.</summary>
    internal static string? Text(ByteInput input, long length, MemoryBudget budget)
    {
        if (length < 0 || length > input.Remaining)
            throw new EndOfStreamException();
        // Three for each byte: itself, and two for a character.
        budget.Charge(TextByteCount + (3 * length));
        return PickleUnicode.Decode(input.Read(length));
    }

    // Below 0 the input ends early, as for any length that it does not have.
    private static long Length(ulong length) => length > long.MaxValue ? -1 : (long)length;

    private void SetState(object? state) => types.SetState(_stack.Peek(), state);

    private void PushList(object?[] items)
    {
        budget.Charge(ListByteCount + (sizeof(long) * items.Length));
        _stack.Push(new List<object?>(items));
    }

    private void PushDictionary(object?[] items)
    {
        budget.Charge(PickleDictionary.ByteCount);
        _stack.Push(new PickleDictionary());
        SetItems(items);
    }

    private void PushOpaque(string type)
    {
        budget.Charge(ListByteCount);
        _stack.Push(new PickleOpaque(type));
    }

    private void Append(object?[] values)
    {
        switch (_stack.Peek())
        {
            case List<object?> list:
                budget.Charge(ListByteCount + (ListItemByteCount * values.Length));
                list.AddRange(values);
                break;
            case PickleOpaque:
                break;
            default:
                throw new PickleException("it appends to something that is not a list");
        }
    }

    private void SetItems(object?[] items)
    {
        object? target = _stack.Peek();
        if (target is not (PickleDictionary or PickleOpaque) || items.Length % 2 != 0)
            throw new PickleException("it sets items of something that is not a dictionary, or a key without a value");
        for (int i = 0; target is PickleDictionary dictionary && i < items.Length; i += 2)
            dictionary.Set(items[i], items[i + 1], budget);
    }

    private string Line()
    {
        int length = 0;
        for (byte next = input.ReadByte(); next != '\n'; next = input.ReadByte())
        {
            if (length == MaxNameByteCount)
                throw new PickleException($"a name is longer than {MaxNameByteCount} bytes");
            _name[length++] = next;
        }

        return PickleUnicode.Decode(_name.AsSpan(0, length)) ?? throw new PickleException("a name is not UTF-8");
    }

    private void PushGlobal(object?[] names)
    {
        if (names is not [string module, string name] || module.Length + name.Length > MaxNameByteCount)
            throw new PickleException("it refers to something by what is not a name");
        PushGlobal(module, name);
    }

    private void PushGlobal(string module, string name)
    {
        budget.Charge(TextByteCount + (3L * (module.Length + name.Length)));
        _stack.Push(types.Find($"{module}.{name}"));
    }

    private void Call(object?[] callAndArguments) => _stack.Push(types.Call(callAndArguments[0], callAndArguments[1]));
}
