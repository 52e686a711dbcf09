using System.Text.Json;
using DenoisedSmoothing.Checkpoints;

namespace DenoisedSmoothing.Hub;

/// <summary>A diffusers configuration file: a JSON object whose settings are read by name and type.</summary>
internal sealed class DiffusersConfig
{
    // The largest that diffusers writes are some kilobytes; trained_betas has one number per timestep.
    private const int MostBytes = 1 << 20;

    private readonly Dictionary<string, JsonElement> _settings;

    private DiffusersConfig(string path, Dictionary<string, JsonElement> settings) => (Path, _settings) = (path, settings);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The class that the file configures; null where it does not say.</summary>
    public string? ClassName => Text("_class_name", null);

    /// <summary>Names of settings, without those of diffusers itself, which begin with an underscore.</summary>
    public IEnumerable<string> Names => _settings.Keys.Where(static name => !name.StartsWith('_'));

    /// <summary>Reads a file.</summary>
    /// <exception cref="CheckpointException">It is not a JSON object, or is far too long for a configuration.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static DiffusersConfig Read(string path)
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        if (stream.Length > MostBytes)
            throw CheckpointException.In(path, "a configuration of diffusers is much shorter", "Fetch the file again.");
        try
        {
            using JsonDocument document = JsonDocument.Parse(stream, new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return new DiffusersConfig(path, document.RootElement.EnumerateObject()
                    .ToDictionary(static setting => setting.Name, static setting => setting.Value.Clone(), StringComparer.Ordinal));
        }
        catch (JsonException)
        {
            // Reported below.
        }

        string seen = FileKind.Of(path) is { } kind && kind != FileKind.Json && kind != FileKind.Text ? $"it is {kind.Noun}" : "it is not";
        throw CheckpointException.In(path, $"a configuration of diffusers is a JSON object, and {seen}", "Fetch the file again.");
    }

    /// <summary>Whether the setting is there with a value other than null and false.</summary>
    public bool IsSet(string name) => Find(name) is { ValueKind: not JsonValueKind.False };

    /// <summary>Whether the setting is there, even as null.</summary>
    public bool Has(string name) => _settings.ContainsKey(name);

    /// <summary>A text; <paramref name="missing"/> where it is missing or null.</summary>
    public string? Text(string name, string? missing) => Find(name) is not { } value ? missing
        : value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(name, "a text");

    /// <summary>A whole number; <paramref name="missing"/> where it is missing.</summary>
    public int Whole(string name, int missing) => WholeOrNull(name, missing) ?? throw Wrong(name, "a whole number");

    /// <summary>A whole number or null; <paramref name="missing"/> where it is missing.</summary>
    public int? WholeOrNull(string name, int? missing) => !Has(name) ? missing : Find(name) is { } value ? WholeOf(name, value) : null;

    /// <summary>A number; <paramref name="missing"/> where it is missing.</summary>
    public double Number(string name, double missing) => !Has(name) ? missing
        : Find(name) is { } value ? NumberOf(name, value) : throw Wrong(name, "a number");

    /// <summary>True or false; <paramref name="missing"/> where it is missing or null.</summary>
    public bool Flag(string name, bool missing) => Find(name) is not { } value ? missing : value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong(name, "true or false"),
    };

    /// <summary>Texts; null where they are missing or null.</summary>
    public IReadOnlyList<string>? Texts(string name) => List(name, "a list of texts", static value =>
        value.ValueKind == JsonValueKind.String ? value.GetString() : null);

    /// <summary>Whole numbers; null where they are missing or null.</summary>
    public IReadOnlyList<int>? Wholes(string name) => List<int?>(name, "a list of whole numbers", value => WholeOf(name, value))
        ?.Select(static value => value!.Value).ToArray();

    /// <summary>Numbers; null where they are missing or null.</summary>
    public IReadOnlyList<double>? Numbers(string name) => List<double?>(name, "a list of numbers", value => NumberOf(name, value))
        ?.Select(static value => value!.Value).ToArray();

    /// <summary>The parts that a pipeline's index names, with their classes; a part that is null counts as absent.</summary>
    public IEnumerable<(string Part, string Class)> Parts() =>
        from name in Names
        let value = _settings[name]
        where value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 2 && value[1].ValueKind == JsonValueKind.String
        select (name, value[1].GetString()!);

    /// <summary>An error about the file.</summary>
    public CheckpointException Error(string problem, string advice) => CheckpointException.In(Path, problem, advice);

    private CheckpointException Wrong(string name, string wanted) =>
        CheckpointException.InEntry(Path, name, $"this setting must be {wanted}", "Fetch the file again.");

    private JsonElement? Find(string name) =>
        _settings.TryGetValue(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private int WholeOf(string name, JsonElement value) => NumberOf(name, value) is var number && number == (int)number
        ? (int)number
        : throw Wrong(name, "a whole number");

    private double NumberOf(string name, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number)
            ? number
            : throw Wrong(name, "a number");

    private IReadOnlyList<T>? List<T>(string name, string wanted, Func<JsonElement, T?> read)
    {
        if (Find(name) is not { } list)
            return null;
        if (list.ValueKind != JsonValueKind.Array)
            throw Wrong(name, wanted);
        return [.. list.EnumerateArray().Select(value => read(value) ?? throw Wrong(name, wanted))];
    }
}
