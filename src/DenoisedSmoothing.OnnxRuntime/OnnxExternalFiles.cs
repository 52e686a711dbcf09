using System.Text;
using DenoisedSmoothing.Checkpoints;

namespace DenoisedSmoothing.OnnxRuntime;

/// <summary>The files beside a model in which it keeps weights, read from its protobuf, whose own weights are skipped.</summary>
internal sealed class OnnxExternalFiles
{
    // The limit of protobuf's own readers.
    private const int MaxDepth = 100;

    private const long LongestName = 4096;

    private enum Message
    {
        Model, Function, Graph, Node, Attribute, SparseTensor, Tensor, ExternalData,
    }

    // The path from a model to the names of its files: message and field number to message (onnx/onnx, onnx/onnx.proto).
    private static readonly Dictionary<(Message, int), Message> s_inside = new()
    {
        [(Message.Model, 7)] = Message.Graph,
        [(Message.Model, 25)] = Message.Function,
        [(Message.Function, 7)] = Message.Node,
        [(Message.Function, 11)] = Message.Attribute,
        [(Message.Graph, 1)] = Message.Node,
        [(Message.Graph, 5)] = Message.Tensor,
        [(Message.Graph, 15)] = Message.SparseTensor,
        [(Message.Node, 5)] = Message.Attribute,
        [(Message.Attribute, 5)] = Message.Tensor,
        [(Message.Attribute, 6)] = Message.Graph,
        [(Message.Attribute, 10)] = Message.Tensor,
        [(Message.Attribute, 11)] = Message.Graph,
        [(Message.Attribute, 22)] = Message.SparseTensor,
        [(Message.Attribute, 23)] = Message.SparseTensor,
        [(Message.SparseTensor, 1)] = Message.Tensor,
        [(Message.SparseTensor, 2)] = Message.Tensor,
        [(Message.Tensor, 13)] = Message.ExternalData,
    };

    private readonly FileStream _stream;
    private readonly string _path;
    private readonly SortedSet<string> _files = new(StringComparer.Ordinal);

    private OnnxExternalFiles(FileStream stream, string path) => (_stream, _path) = (stream, path);

    /// <summary>The names as in the model, relative to its folder.</summary>
    /// <exception cref="CheckpointException">The protobuf is cut short.</exception>
    public static SortedSet<string> Of(FileStream model, string path)
    {
        OnnxExternalFiles reader = new(model, path);
        reader.Walk(Message.Model, model.Length, depth: 0);
        return reader._files;
    }

    /// <summary>Walks a message up to its end.</summary>
    /// <returns>For external data: the location that it names.</returns>
    private string? Walk(Message message, long end, int depth)
    {
        if (depth > MaxDepth)
            throw CutShort();
        string? key = null, value = null, location = null;
        bool external = false;
        while (_stream.Position < end)
        {
            ulong tag = Varint();
            int field = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0:
                    ulong number = Varint();
                    // TensorProto.data_location: only EXTERNAL is followed, as in ONNX Runtime.
                    if (message == Message.Tensor && field == 14)
                        external = number == 1;
                    break;
                case 2:
                    long next = End(end);
                    if (s_inside.TryGetValue((message, field), out Message inner))
                        location = Walk(inner, next, depth + 1) ?? location;
                    else if (message == Message.ExternalData && field is 1 or 2)
                        (key, value) = field == 1 ? (Text(next), value) : (key, Text(next));
                    _stream.Position = next;
                    break;
                default:
                    Skip(tag, end, depth);
                    break;
            }
        }

        if (message == Message.Tensor && external && location is not null)
            _files.Add(location);
        return message == Message.ExternalData && key == "location" ? value : null;
    }

    /// <summary>Skips a field of fixed length, or a group (deprecated, but still protobuf) up to its end.</summary>
    private void Skip(ulong tag, long end, int depth)
    {
        switch (tag & 7)
        {
            case 0:
                Varint();
                break;
            case 1:
                _stream.Position += sizeof(ulong);
                break;
            case 2:
                _stream.Position = End(end);
                break;
            case 3 when depth <= MaxDepth:
                for (ulong next; (next = Varint()) != tag + 1;)
                {
                    if ((next & 7) == 4)
                        throw CutShort();
                    Skip(next, end, depth + 1);
                }

                break;
            case 5:
                _stream.Position += sizeof(uint);
                break;
            default:
                throw CutShort();
        }
    }

    private long End(long limit)
    {
        long length = (long)Varint(), end = _stream.Position + length;
        return length >= 0 && end >= 0 && end <= limit ? end : throw CutShort();
    }

    private string Text(long end)
    {
        long length = end - _stream.Position;
        if (length > LongestName)
            throw new CheckpointException(
                $"{_path}: it names a file with {length} bytes. The file is damaged: fetch it or export it again.");
        byte[] bytes = new byte[length];
        _stream.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            int next = _stream.ReadByte();
            if (next < 0)
                break;
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }

        throw CutShort();
    }

    private CheckpointException CutShort() => new($"{_path}: its protobuf is cut short or damaged. Fetch it or export it again.");
}
