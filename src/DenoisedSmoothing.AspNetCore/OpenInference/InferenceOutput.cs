using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace DenoisedSmoothing.AspNetCore;

/// <summary>Answers as output tensors, in JSON or as bytes after it.</summary>
internal static class InferenceOutput
{
    /// <summary>Every output, by name: its data type, and its values for all answers.</summary>
    private static readonly OrderedDictionary<string, (string Datatype, Func<AnswerDocument, object> Value)> s_outputs = new()
    {
        // The protocol has no null: -1 is not a class, and "abstained" says so explicitly.
        ["label"] = ("INT64", static answer => (long)(answer.Label ?? -1)),
        ["radius"] = ("FP64", static answer => answer.Unchanged?.Radius ?? 0),
        ["abstained"] = ("BOOL", static answer => answer.Abstained),
        ["certificate"] = ("BYTES", static answer => JsonSerializer.Serialize(answer, ServingJson.Default.AnswerDocument)),
    };

    public static TensorMetadata[] Metadata { get; } =
        [.. s_outputs.Select(static output => new TensorMetadata(output.Key, output.Value.Datatype, [-1]))];

    /// <summary>Which outputs are wanted, and which of them as bytes.</summary>
    /// <exception cref="RequestException">There is no such output.</exception>
    public static IReadOnlyList<(string Name, bool Binary)> Wanted(InferenceRequest request)
    {
        bool usual = IsTrue(request.Parameters, "binary_data_output");
        (string, bool)[] wanted = request.Outputs is { Count: > 0 } outputs
            ? [.. outputs.Select(output => (output.Name ?? "",
                output.Parameters?.ContainsKey("binary_data") is true ? IsTrue(output.Parameters, "binary_data") : usual))]
            : [.. s_outputs.Keys.Select(name => (name, usual))];
        foreach ((string name, _) in wanted)
        {
            if (!s_outputs.ContainsKey(name))
                throw new RequestException($"There is no output '{name}'; there are {string.Join(", ", s_outputs.Keys)}.");
        }

        return wanted;
    }

    /// <summary>The output tensors, and the bytes that follow the JSON.</summary>
    public static (OutputTensor[] Tensors, byte[] Tail) Write(
        IReadOnlyList<(string Name, bool Binary)> wanted, IReadOnlyList<AnswerDocument> answers)
    {
        using MemoryStream tail = new();
        OutputTensor[] tensors = [.. wanted.Select(output =>
        {
            (string datatype, Func<AnswerDocument, object> value) = s_outputs[output.Name];
            object[] values = [.. answers.Select(value)];
            OutputTensor tensor = new() { Name = output.Name, Datatype = datatype, Shape = [values.Length] };
            if (!output.Binary)
                return tensor with { Data = Typed(datatype, values) };
            long before = tail.Length;
            foreach (object element in values)
                tail.Write(Bytes(element));
            return tensor with { Parameters = new() { ["binary_data_size"] = (int)(tail.Length - before) } };
        })];
        return (tensors, tail.ToArray());
    }

    private static object Typed(string datatype, object[] values) => datatype switch
    {
        "INT64" => values.Cast<long>().ToArray(),
        "FP64" => values.Cast<double>().ToArray(),
        "BOOL" => values.Cast<bool>().ToArray(),
        _ => values.Cast<string>().ToArray(),
    };

    private static byte[] Bytes(object value)
    {
        switch (value)
        {
            case long whole:
                return BitConverter.GetBytes(whole);
            case double number:
                return BitConverter.GetBytes(number);
            case bool flag:
                return [flag ? (byte)1 : (byte)0];
            default:
                byte[] text = Encoding.UTF8.GetBytes((string)value), element = new byte[sizeof(uint) + text.Length];
                BinaryPrimitives.WriteUInt32LittleEndian(element, (uint)text.Length);
                text.CopyTo(element, sizeof(uint));
                return element;
        }
    }

    private static bool IsTrue(Dictionary<string, JsonElement>? parameters, string name) =>
        parameters?.TryGetValue(name, out JsonElement value) is true && value.ValueKind == JsonValueKind.True;
}
