using System.Collections.Frozen;
using System.Text;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Pickle;

namespace DenoisedSmoothing.Data;

/// <summary>A pickle of lists, strings and numpy arrays of bytes, read as data: five names are known, and none is ever called.</summary>
/// <param name="budget">The file's.</param>
internal sealed class NumpyPickle(MemoryBudget budget) : IPickleTypes
{
    private const int ObjectByteCount = 64;

    private static readonly FrozenDictionary<string, PickleGlobal> Known = new PickleGlobal[]
    {
        new("numpy.core.multiarray._reconstruct", PickleGlobalKind.NumpyReconstruct),
        new("numpy._core.multiarray._reconstruct", PickleGlobalKind.NumpyReconstruct),
        new("numpy.ndarray", PickleGlobalKind.NumpyArray),
        new("numpy.dtype", PickleGlobalKind.NumpyElementType),
        new("_codecs.encode", PickleGlobalKind.Encode),
    }.ToFrozenDictionary(known => known.Name, StringComparer.Ordinal);

    /// <summary>CIFAR-100's training part has 155 MB.</summary>
    public long MaxByteCount => 1L << 30;

    public string Wanted => "images";

    public string Remedy => "Nothing of the file was run. Fetch the data set from its authors, in the binary version if there is one.";

    /// <summary>Reads a file.</summary>
    /// <returns>What <see cref="PickleMachine.Run"/> returns, with <see cref="NumpyArray"/> and <see cref="PickleBytes"/>.</returns>
    /// <exception cref="InvalidDataException">It is damaged, or refers to something that is not on the list.</exception>
    public static object? Read(Stream stream, string file)
    {
        try
        {
            MemoryBudget budget = new(file, stream.Length);
            return new PickleMachine(new ByteInput(stream, stream.Length), file, new NumpyPickle(budget), budget).Run();
        }
        catch (CheckpointException e)
        {
            throw new InvalidDataException(e.Message, e);
        }
    }

    public PickleGlobal Find(string name) => Known.GetValueOrDefault(name)
        ?? throw new PickleException(
            $"it refers to {CheckpointException.Quote(name)}, which is not among the names that images need", Remedy);

    public object? Persistent(object? id) => throw new PickleException("it refers to something outside it", Remedy);

    public object? Call(object? function, object? arguments)
    {
        if (function is not PickleGlobal global || arguments is not object?[] values)
            throw new PickleException("it calls what is not a name, or with what is not a tuple");
        budget.Charge(ObjectByteCount);
        return global.Kind switch
        {
            // The shape and type given here are placeholders: the state has the true ones.
            PickleGlobalKind.NumpyReconstruct when values is [PickleGlobal { Kind: PickleGlobalKind.NumpyArray }, _, _] => new NumpyArray(),
            PickleGlobalKind.NumpyElementType when values.Length > 0 && Text(values[0]) is { } name => new NumpyElementType(name),
            // How Python 3 writes bytes at protocol 2.
            PickleGlobalKind.Encode
                when values is [string text, _] && Text(values[1]) is "latin1" or "latin-1" && Encode(text) is { } bytes => bytes,
            _ => throw new PickleException($"it calls {CheckpointException.Quote(global.Name)} with arguments that do not belong to it"),
        };
    }

    public void SetState(object? target, object? state)
    {
        switch (target)
        {
            case NumpyArray array:
                array.SetState(state);
                break;
            // The byte order, which does not apply to bytes, and the layout of structures, which the name rules out.
            case NumpyElementType:
                break;
            default:
                throw new PickleException("it sets the state of something that has none");
        }
    }

    public object OldString(ByteInput input, long length) => Bytes(input, length);

    public object Bytes(ByteInput input, long length)
    {
        if (length < 0 || length > input.Remaining)
            throw new EndOfStreamException();
        budget.Charge(ObjectByteCount + length);
        return new PickleBytes(input.ReadArray(length));
    }

    // Charged by size: the same text could be encoded again and again.
    private PickleBytes? Encode(string text)
    {
        budget.Charge(ObjectByteCount + (2L * text.Length));
        return text.AsSpan().ContainsAnyExceptInRange('\0', '\xff') ? null : new PickleBytes(Encoding.Latin1.GetBytes(text));
    }

    private static string? Text(object? value) => value is PickleBytes bytes ? bytes.Text : value as string;
}
