using System.Security.Cryptography;
using System.Text;

namespace DenoisedSmoothing.OnnxRuntime;

/// <summary>
/// The SHA-256 of a model: of its file, and of the files beside it in which large models, and all models by PyTorch's newer exporter, keep
/// their weights (external data). Without such files it is what <c>sha256sum</c> prints.
/// </summary>
internal static class OnnxFileHash
{
    private enum Message
    {
        Model, Function, Graph, Node, Attribute, SparseTensor, Tensor, ExternalData,
    }

    // The way from a model to the names of its files: message and field number to message (onnx/onnx, onnx/onnx.proto).
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

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public static string Of(string path)
    {
        using FileStream model = File.OpenRead(path);
        SortedSet<string> files = new(StringComparer.Ordinal);
        Collect(model, Message.Model, model.Length, files);
        model.Position = 0;
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, model);
        foreach (string name in files)
        {
            using FileStream data = File.OpenRead(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, name));
            hash.AppendData(Encoding.UTF8.GetBytes(name));
            Append(hash, data);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, Stream stream)
    {
        byte[] buffer = new byte[1 << 20];
        for (int read; (read = stream.Read(buffer)) > 0;)
            hash.AppendData(buffer, 0, read);
    }

    /// <summary>Walks a protobuf message up to <paramref name="end"/>, skipping what holds no file names: weights are never read.</summary>
    private static void Collect(FileStream stream, Message message, long end, SortedSet<string> files)
    {
        string? key = null, value = null;
        while (stream.Position < end)
        {
            ulong tag = Varint(stream);
            int field = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0:
                    Varint(stream);
                    break;
                case 1:
                    stream.Position += sizeof(ulong);
                    break;
                case 5:
                    stream.Position += sizeof(uint);
                    break;
                case 2:
                    long length = (long)Varint(stream), next = stream.Position + length;
                    if (length < 0 || next > end)
                        throw new InvalidDataException("The model's protobuf is cut short.");
                    if (s_inside.TryGetValue((message, field), out Message inner))
                        Collect(stream, inner, next, files);
                    else if (message == Message.ExternalData && field == 1)
                        key = Text(stream, length);
                    else if (message == Message.ExternalData && field == 2)
                        value = Text(stream, length);
                    stream.Position = next;
                    break;
                default:
                    throw new InvalidDataException($"The model's protobuf has a field of unknown wire type {tag & 7}.");
            }
        }

        if (key == "location" && value is not null)
            files.Add(value);
    }

    private static string Text(FileStream stream, long length)
    {
        byte[] bytes = new byte[checked((int)length)];
        stream.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    private static ulong Varint(FileStream stream)
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            int next = stream.ReadByte();
            if (next < 0)
                break;
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }

        throw new InvalidDataException("The model's protobuf is cut short.");
    }
}
