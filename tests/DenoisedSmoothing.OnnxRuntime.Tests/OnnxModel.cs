using System.Text;

namespace DenoisedSmoothing.Testing;

/// <summary>Element types as onnx.proto numbers them.</summary>
internal enum OnnxType
{
    Float = 1, UInt8 = 2, Int32 = 6, Int64 = 7, Float16 = 10,
}

/// <summary>Writes small ONNX models, field by field (onnx/onnx, onnx/onnx.proto): opset 17, one graph.</summary>
internal sealed class OnnxModel
{
    private readonly MemoryStream _graph = new();

    /// <summary>Dimensions are numbers, or names where they are free.</summary>
    public OnnxModel Input(string name, OnnxType type, params object[] shape) => Value(11, name, type, shape);

    public OnnxModel Output(string name, OnnxType type, params object[] shape) => Value(12, name, type, shape);

    public OnnxModel Node(string operation, string inputs, string outputs, params (string Name, long Value)[] attributes)
    {
        MemoryStream node = new();
        foreach (string input in inputs.Split(' '))
            Text(node, 1, input);
        foreach (string output in outputs.Split(' '))
            Text(node, 2, output);
        Text(node, 4, operation);
        foreach ((string name, long value) in attributes)
            Message(node, 5, attribute => { Text(attribute, 1, name); Number(attribute, 3, value); Number(attribute, 20, 2); });
        Bytes(_graph, 1, node.ToArray());
        return this;
    }

    public OnnxModel Constant(string name, OnnxType type, long[] shape, params double[] values)
    {
        Message(_graph, 5, tensor =>
        {
            Header(tensor, name, type, shape);
            Bytes(tensor, 9, Raw(type, values));
        });
        return this;
    }

    /// <summary>A constant whose values lie in a file beside the model.</summary>
    public OnnxModel ExternalConstant(string name, OnnxType type, long[] shape, string file)
    {
        Message(_graph, 5, tensor =>
        {
            Header(tensor, name, type, shape);
            Message(tensor, 13, entry => { Text(entry, 1, "location"); Text(entry, 2, file); });
            Number(tensor, 14, 1);
        });
        return this;
    }

    public static byte[] Raw(OnnxType type, params double[] values) =>
    [
        .. values.SelectMany(value => type switch
        {
            OnnxType.Float => BitConverter.GetBytes((float)value),
            OnnxType.Float16 => BitConverter.GetBytes((Half)value),
            _ => BitConverter.GetBytes((long)value),
        }),
    ];

    public string Save(string path)
    {
        Text(_graph, 2, "test");
        using FileStream model = File.Create(path);
        Number(model, 1, 8);
        Bytes(model, 7, _graph.ToArray());
        Message(model, 8, opset => Number(opset, 2, 17));
        return path;
    }

    private OnnxModel Value(int field, string name, OnnxType type, object[] shape)
    {
        Message(_graph, field, info =>
        {
            Text(info, 1, name);
            Message(info, 2, typed => Message(typed, 1, tensor =>
            {
                Number(tensor, 1, (long)type);
                Message(tensor, 2, dimensions =>
                {
                    foreach (object size in shape)
                        Message(dimensions, 1, dimension =>
                            { if (size is string free) Text(dimension, 2, free); else Number(dimension, 1, Convert.ToInt64(size)); });
                });
            }));
        });
        return this;
    }

    private static void Header(Stream tensor, string name, OnnxType type, long[] shape)
    {
        foreach (long size in shape)
            Number(tensor, 1, size);
        Number(tensor, 2, (long)type);
        Text(tensor, 8, name);
    }

    private static void Message(Stream stream, int field, Action<Stream> write)
    {
        MemoryStream inner = new();
        write(inner);
        Bytes(stream, field, inner.ToArray());
    }

    private static void Text(Stream stream, int field, string text) => Bytes(stream, field, Encoding.UTF8.GetBytes(text));

    private static void Bytes(Stream stream, int field, byte[] bytes)
    {
        Varint(stream, (ulong)field << 3 | 2);
        Varint(stream, (ulong)bytes.Length);
        stream.Write(bytes);
    }

    private static void Number(Stream stream, int field, long value)
    {
        Varint(stream, (ulong)field << 3);
        Varint(stream, (ulong)value);
    }

    private static void Varint(Stream stream, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            stream.WriteByte((byte)(value | 0x80));
        stream.WriteByte((byte)value);
    }
}
