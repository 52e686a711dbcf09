using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using TorchSharp;

namespace DenoisedSmoothing.AspNetCore;

/// <summary>
/// The images of an inference request: one input <c>image</c>, FP32 [N,C,H,W] in [0,1], UINT8 [N,C,H,W] in 0 to 255, or BYTES [N], which
/// are files.
/// </summary>
internal static class InferenceInput
{
    public const string Name = "image";

    /// <returns>float32 [C,H,W] each; the caller disposes them.</returns>
    /// <exception cref="RequestException">There are none that the model takes.</exception>
    public static List<torch.Tensor> Read(InferenceBody body, LoadedModel model, SmoothedClassifierOptions options)
    {
        if (body.Request.Inputs is not [{ Name: Name } input])
            throw new RequestException($"The request must have one input, named '{Name}'.");
        if (input.Shape is not { Length: > 0 } shape || shape.Any(static length => length < 1))
            throw new RequestException($"The input '{Name}' has no shape.");
        long count = shape.Length == 3 && input.Datatype != "BYTES" ? 1 : shape[0];
        if (count > options.MostImagesPerRequest)
            throw new RequestException($"The request has {count} images; this model takes at most {options.MostImagesPerRequest} at once.");
        ReadOnlyMemory<byte>? bytes = Bytes(body, input);
        List<torch.Tensor> images = [];
        try
        {
            foreach (torch.Tensor image in input.Datatype switch
            {
                "FP32" => Tensors(shape, bytes is { } b ? MemoryMarshal.Cast<byte, float>(b.Span).ToArray() : Numbers(input)),
                "UINT8" => Tensors(shape, [.. (bytes is { } b ? [.. b.Span] : Numbers(input).Select(ToByte)).Select(v => v / 255f)]),
                "BYTES" => Files(shape, bytes is { } b ? Split(b) : Texts(input)).Select(
                    file => ImageReader.FromFile(file, model, options.MostPixels)),
                _ => throw new RequestException($"The input '{Name}' is {input.Datatype}; it must be FP32, UINT8 or BYTES."),
            })
            {
                images.Add(ImageReader.Fitting(image, model));
            }

            return images;
        }
        catch
        {
            images.ForEach(static image => image.Dispose());
            throw;
        }
    }

    private static IEnumerable<torch.Tensor> Tensors(long[] shape, float[] values)
    {
        if (shape.Length is not (3 or 4))
            throw new RequestException($"The input '{Name}' has the shape [{string.Join(',', shape)}]; it must be [N,C,H,W].");
        int images = shape.Length == 3 ? 1 : (int)shape[0];
        Int128 expected = shape.Aggregate((Int128)1, static (product, length) => product * length);
        if (expected != values.Length)
            throw new RequestException($"The input '{Name}' has {values.Length} values; its shape has {expected}.");
        return values.Chunk(values.Length / images).Select(image => ImageReader.Checked(image, shape[^3..]));
    }

    private static byte[][] Files(long[] shape, IReadOnlyList<byte[]> files) =>
        shape.Aggregate((Int128)1, static (product, length) => product * length) == files.Count
        ? [.. files]
        : throw new RequestException($"The input '{Name}' has {files.Count} elements; its shape is [{string.Join(',', shape)}].");

    // With a single input, its bytes are everything that follows.
    private static ReadOnlyMemory<byte>? Bytes(InferenceBody body, InputTensor input)
    {
        if (input.Parameters?.TryGetValue("binary_data_size", out JsonElement size) is true)
        {
            return size.ValueKind == JsonValueKind.Number && size.TryGetInt64(out long length) && length == body.Tail.Length
                && (input.Datatype != "FP32" || length % sizeof(float) == 0)
                ? body.Tail
                : throw new RequestException($"binary_data_size is {size}, and {body.Tail.Length} bytes follow the JSON.");
        }

        return input.Data is null ? throw new RequestException($"The input '{Name}' has no data.") : null;
    }

    private static float[] Numbers(InputTensor input)
    {
        List<float> values = [];
        Collect(input.Data!.Value);
        return [.. values];

        void Collect(JsonElement element)
        {
            if (element.ValueKind == JsonValueKind.Array)
            {
                foreach (JsonElement inner in element.EnumerateArray())
                    Collect(inner);
            }
            else
            {
                values.Add(element.ValueKind == JsonValueKind.Number && element.TryGetSingle(out float value)
                    ? value
                    : throw new RequestException($"The input '{Name}' has data that is not a number: {element}."));
            }
        }
    }

    private static byte ToByte(float value) => value is >= 0 and <= 255 && value == MathF.Floor(value)
        ? (byte)value
        : throw new RequestException($"The input '{Name}' is UINT8, and has the value {value}.");

    // JSON has no bytes: base64, as in KServe.
    private static byte[][] Texts(InputTensor input)
    {
        try
        {
            return [.. input.Data!.Value.EnumerateArray().Select(static element => Convert.FromBase64String(element.GetString() ?? ""))];
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException)
        {
            throw new RequestException($"The input '{Name}' is BYTES: its data must be a list of base64 texts.");
        }
    }

    private static List<byte[]> Split(ReadOnlyMemory<byte> bytes)
    {
        List<byte[]> elements = [];
        while (!bytes.IsEmpty)
        {
            if (bytes.Length < sizeof(uint) || BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span) is var length
                && length > bytes.Length - sizeof(uint))
                throw new RequestException($"The input '{Name}' is BYTES: each element is its length in four bytes, then that many bytes.");
            elements.Add(bytes.Slice(sizeof(uint), (int)length).ToArray());
            bytes = bytes[(sizeof(uint) + (int)length)..];
        }

        return elements;
    }
}
