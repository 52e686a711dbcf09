using System.Buffers.Binary;
using System.Text;
using DenoisedSmoothing.Checkpoints;

namespace DenoisedSmoothing.Testing;

/// <summary>Writes pickles opcode by opcode (Python: Lib/pickletools.py), for files that no pickler would write.</summary>
internal sealed class PickleText
{
    private readonly MemoryStream _bytes = new();

    public byte[] ToArray() => _bytes.ToArray();

    public static byte[] StateDict(
        params (string Name, string Storage, string Key, long Count, long Offset, long[] Shape, long[] Strides)[] tensors)
    {
        PickleText pickle = new PickleText().Op("\u0080\u0002}(");
        foreach (var tensor in tensors)
            pickle.Text(tensor.Name).Tensor(tensor.Storage, tensor.Key, tensor.Count, tensor.Offset, tensor.Shape, tensor.Strides);
        return pickle.Op("u.").ToArray();
    }

    /// <summary>Raw opcodes and arguments, one byte a character.</summary>
    public PickleText Op(string latin1)
    {
        _bytes.Write(Encoding.Latin1.GetBytes(latin1));
        return this;
    }

    public PickleText Text(string value)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(value);
        Op("X").UInt32((uint)utf8.Length)._bytes.Write(utf8);
        return this;
    }

    public PickleText Global(string module, string name) => Op($"c{module}\n{name}\n");

    /// <summary>An integer as LONG1.</summary>
    public PickleText Integer(long value)
    {
        Op("\u008a\u0008");
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        _bytes.Write(bytes);
        return this;
    }

    public PickleText Tuple(IEnumerable<long> values)
    {
        Op("(");
        foreach (long value in values)
            Integer(value);
        return Op("t");
    }

    /// <summary>torch._utils._rebuild_tensor_v2 over a storage.</summary>
    public PickleText Tensor(string storage, string key, long count, long offset, long[] shape, long[] strides) =>
        Global("torch._utils", "_rebuild_tensor_v2").Op("(").Storage(storage, key, count).Integer(offset).Tuple(shape).Tuple(strides)
            .Op("\u0089}tR");

    /// <summary>A persistent id, loaded.</summary>
    public PickleText Storage(string storage, string key, long count) =>
        Op("(").Text("storage").Global("torch", storage).Text(key).Text("cpu").Integer(count).Op("tQ");

    public PickleText UInt32(uint value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        _bytes.Write(bytes);
        return this;
    }
}
