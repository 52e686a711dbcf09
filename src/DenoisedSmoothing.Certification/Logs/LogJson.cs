using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DenoisedSmoothing.Logs;

/// <summary>How logs are written as JSON: camel case, every settable member, doubles in the digits that give them back exactly.</summary>
[JsonSerializable(typeof(CertificationLogEntry))]
[JsonSerializable(typeof(CertificationLogMeta.Document))]
[JsonSerializable(typeof(SortedDictionary<string, string>))]
internal sealed partial class LogJson : JsonSerializerContext
{
    /// <summary>One object a line.</summary>
    public static LogJson Lines { get; } = new(Settings(indented: false));

    /// <summary>For people, too.</summary>
    public static LogJson Indented { get; } = new(Settings(indented: true));

    private static JsonSerializerOptions Settings(bool indented) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        // Nothing here is put into a web page; paths stay readable.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = indented,
        NewLine = "\n",
        AllowDuplicateProperties = false,
        Converters = { new JsonStringEnumConverter<CertificationLogKind>(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };
}
