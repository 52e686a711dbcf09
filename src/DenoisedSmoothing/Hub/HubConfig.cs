using System.Globalization;
using System.Text.Json;
using DenoisedSmoothing.Checkpoints;

namespace DenoisedSmoothing.Hub;

/// <summary>A JSON object of settings, with errors that name the file, the setting and what was seen.</summary>
internal sealed class HubConfig
{
    private const int MaxByteCount = 16 << 20;

    private readonly JsonElement _root;

    private HubConfig(string file, JsonElement root) => (File, _root) = (file, root);

    /// <summary>What messages call the file.</summary>
    public string File { get; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="CheckpointException">It is not a JSON object, or is too long for settings.</exception>
    public static HubConfig Read(string path)
    {
        if (new FileInfo(path).Length > MaxByteCount)
            throw CheckpointException.In(path, "it is too long for a file of settings");
        try
        {
            using JsonDocument document = JsonDocument.Parse(System.IO.File.ReadAllBytes(path), new JsonDocumentOptions { MaxDepth = 32 });
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return new HubConfig(path, document.RootElement.Clone());
        }
        catch (JsonException e)
        {
            string kind = FileKind.Of(path) is { } known && known != FileKind.Text && known != FileKind.Json
                && known != FileKind.ModelConfiguration ? $"it is {known.Noun}" : "it is not JSON";
            throw CheckpointException.In(path, kind, cause: e);
        }

        throw CheckpointException.In(path, "it is not a JSON object");
    }

    /// <summary>Whether there is a value other than null.</summary>
    public bool Has(string name) => Value(name) is not null;

    /// <summary>Whether there is an object inside this one.</summary>
    public bool IsObject(string name) => Value(name) is { ValueKind: JsonValueKind.Object };

    /// <summary>The names of all settings.</summary>
    public IEnumerable<string> Names => _root.EnumerateObject().Select(property => property.Name);

    /// <summary>An object inside this one; null where there is none.</summary>
    public HubConfig? Inner(string name) => Value(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } inner => new HubConfig($"{File} ({name})", inner),
        _ => throw Wrong(name, "an object"),
    };

    /// <summary>A text; null where there is none.</summary>
    public string? Text(string name) => Value(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        _ => throw Wrong(name, "a text"),
    };

    /// <summary>true or false; null where there is neither.</summary>
    public bool? Flag(string name) => Value(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw Wrong(name, "true or false"),
    };

    /// <summary>A finite number; null where there is none.</summary>
    public double? Number(string name) => Value(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } number when number.TryGetDouble(out double value) && double.IsFinite(value) => value,
        _ => throw Wrong(name, "a number"),
    };

    /// <summary>A whole number from 0; null where there is none.</summary>
    public int? Whole(string name) => Value(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt32(out int value) && value >= 0 => value,
        _ => throw Wrong(name, "a whole number"),
    };

    /// <summary>Whole numbers from 0; null where there are none.</summary>
    public int[]? Wholes(string name) => Array(name)?.Select(item =>
        item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out int value) && value >= 0
            ? value
            : throw Wrong(name, "whole numbers")).ToArray();

    /// <summary>Finite numbers; null where there are none.</summary>
    public float[]? Numbers(string name) => Array(name)?.Select(item =>
        item.ValueKind == JsonValueKind.Number && item.TryGetSingle(out float value) && float.IsFinite(value)
            ? value
            : throw Wrong(name, "numbers")).ToArray();

    /// <summary>Texts, in order, or by their numbers from 0 in an object; null where there are none.</summary>
    /// <exception cref="CheckpointException">They are something else, or a number is missing.</exception>
    public string[]? Texts(string name)
    {
        if (Value(name) is { ValueKind: JsonValueKind.Object } map)
        {
            Dictionary<string, string> texts = new(StringComparer.Ordinal);
            foreach (JsonProperty property in map.EnumerateObject())
                texts[property.Name] = TextOf(property.Value);
            return [.. Enumerable.Range(0, texts.Count).Select(i =>
                texts.TryGetValue(i.ToString(CultureInfo.InvariantCulture), out string? text)
                    ? text
                    : throw Wrong(name, "an object with the numbers from 0 as its names"))];
        }

        return Array(name)?.Select(TextOf).ToArray();

        string TextOf(JsonElement item) => item.ValueKind switch
        {
            JsonValueKind.String => item.GetString()!,
            JsonValueKind.Number => item.GetRawText(),
            _ => throw Wrong(name, "texts"),
        };
    }

    /// <summary>A square's side: one number, or two equal ones; null where there is none.</summary>
    public int? Side(string name) => Value(name) is { ValueKind: JsonValueKind.Array }
        ? Wholes(name) is [int height, int width] && height == width ? height : throw Wrong(name, "one side of a square")
        : Whole(name);

    /// <summary>Refuses a setting that contradicts the weights.</summary>
    /// <exception cref="CheckpointException">Both are there and differ.</exception>
    public void Agree(string name, int weights) => Agree(name, Side(name), weights);

    /// <inheritdoc cref="Agree(string, int)"/>
    public void Agree(string name, bool weights) => Agree(name, Flag(name), weights);

    /// <inheritdoc cref="Agree(string, int)"/>
    public void Agree(string name, IReadOnlyList<int> weights)
    {
        if (Wholes(name) is { } said && !said.SequenceEqual(weights))
            throw Apart(name, string.Join(", ", weights));
    }

    /// <summary>Refuses any value other than the one that is supported here.</summary>
    /// <param name="name">The setting.</param>
    /// <param name="known">The value; a missing setting also means it.</param>
    /// <exception cref="CheckpointException">It has another value.</exception>
    public void Only(string name, string known)
    {
        if (Text(name) is { } said && said != known)
            throw Refused(name, $"'{known}'");
    }

    /// <inheritdoc cref="Only(string, string)"/>
    public void Only(string name, bool known)
    {
        if (Flag(name) is { } said && said != known)
            throw Refused(name, known ? "true" : "false");
    }

    /// <summary>An error about a setting that is understood but not possible here.</summary>
    public CheckpointException Refused(string name, string known) => CheckpointException.In(
        File, $"{name} is {Seen(name)}, and only {known} is known here", ModelExport.Advice);

    /// <summary>An error about a value of the wrong kind.</summary>
    public CheckpointException Wrong(string name, string wanted) =>
        CheckpointException.In(File, $"{name} must be {wanted}; it is {Seen(name)}", "The file is damaged, or of another kind of model.");

    private void Agree<T>(string name, T? said, T weights) where T : struct, IEquatable<T>
    {
        if (said is { } value && !value.Equals(weights))
            throw Apart(name, string.Create(CultureInfo.InvariantCulture, $"{weights}"));
    }

    private CheckpointException Apart(string name, string weights) => CheckpointException.In(
        File, $"{name} is {Seen(name)}, and the weights beside it say {weights}",
        "Settings and weights are of different models: fetch them together.");

    private string Seen(string name)
    {
        string text = Value(name)?.GetRawText() ?? "missing";
        return CheckpointException.Quote(text).Trim('\'');
    }

    private JsonElement? Value(string name) =>
        _root.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private JsonElement[]? Array(string name) => Value(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Array } array => [.. array.EnumerateArray()],
        _ => throw Wrong(name, "a list"),
    };
}
