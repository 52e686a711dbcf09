using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace DenoisedSmoothing.Cluster.Storage;

/// <summary>Rows as one parameter, which both databases can read: a JSON array of arrays.</summary>
internal static class JsonRows
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(IEnumerable<int> images) => Of(images, static (json, image) => json.WriteNumberValue(image));

    public static string Of(IEnumerable<LeasedImage> leases) => Of(leases, static (json, lease) =>
    {
        json.WriteNumberValue(lease.Image);
        json.WriteNumberValue(lease.Fence);
    });

    public static string Of(IEnumerable<ImageResult> results) => Of(results, static (json, result) =>
    {
        json.WriteNumberValue(result.Lease.Image);
        json.WriteNumberValue(result.Lease.Fence);
        json.WriteStringValue(result.Line);
        Write(json, result.Label);
        Write(json, result.Predicted);
        json.WriteNumberValue(result.Radius);
        json.WriteNumberValue(result.Seconds);
    });

    private static string Of<T>(IEnumerable<T> rows, Action<Utf8JsonWriter, T> write)
    {
        ArrayBufferWriter<byte> buffer = new();
        using Utf8JsonWriter json = new(buffer, s_options);
        json.WriteStartArray();
        foreach (T row in rows)
        {
            json.WriteStartArray();
            write(json, row);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Write(Utf8JsonWriter json, int? number)
    {
        if (number is { } value)
            json.WriteNumberValue(value);
        else
            json.WriteNullValue();
    }
}
