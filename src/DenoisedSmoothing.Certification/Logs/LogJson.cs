using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DenoisedSmoothing.Logs;

/// <summary>How logs are written as JSON: camel case, doubles with the digits that restore them exactly.</summary>
[JsonSerializable(typeof(LogRecordDocument))]
[JsonSerializable(typeof(CertificationLogMeta.Document))]
[JsonSerializable(typeof(SortedDictionary<string, string>))]
internal sealed partial class LogJson : JsonSerializerContext
{
    /// <summary>One object per line, without absent members.</summary>
    public static LogJson Lines { get; } = new(new JsonSerializerOptions(Settings)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    });

    /// <summary>Readable for people too.</summary>
    public static LogJson Indented { get; } = new(new JsonSerializerOptions(Settings) { WriteIndented = true });

    private static JsonSerializerOptions Settings => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        // Nothing here is put into a web page; paths stay readable.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NewLine = "\n",
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter<CertificationLogKind>(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };
}
