using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Tool;

/// <summary>The files in a bundle that programs read.</summary>
internal static class BundleJson
{
    private static readonly JsonSerializerOptions s_form =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Which models voted on which images.</summary>
    public static byte[] Hashes(IReadOnlyList<BundledLog> logs) => Bytes(new JsonObject
    {
        ["about"] = "Models by fingerprint, and the SHA-256 of each certified image: float32 values, little endian, in [C,H,W] order.",
        ["logs"] = new JsonArray([.. logs.Select(static bundled =>
        {
            Provenance[] made = [.. bundled.Log.Entries.Select(ReportedLog.ProvenanceOf).OfType<Provenance>()];
            return new JsonObject
            {
                ["log"] = bundled.Name,
                ["data"] = bundled.Log.Log.Meta?.Settings.GetValueOrDefault(CertificationLogMeta.DataSetting),
                ["base_classifiers"] = Distinct(made.Select(static from => from.BaseClassifier)
                    .Concat(bundled.Log.Log.Meta?.Settings.GetValueOrDefault("classifier") is { } classifier ? [classifier] : [])),
                ["precision"] = Distinct(made.Select(static from => from.Precision)),
                ["devices"] = Distinct(made.Select(static from => from.Device)),
                ["software"] = Distinct(made.Select(static from => from.Software)),
                ["images"] = new JsonObject(bundled.Log.ImageHashes.OrderBy(static its => its.Key)
                    .Select(static its => KeyValuePair.Create(its.Key.ToString(System.Globalization.CultureInfo.InvariantCulture),
                        (JsonNode?)its.Value))),
            };
        })]),
    });

    /// <summary>What verification found, and what it examined.</summary>
    public static byte[] Verification(IReadOnlyList<BundledLog> logs) => Bytes(new JsonObject
    {
        ["about"] = "Bounds, radii and p-values computed again from the votes; settings, table and JSON lines compared. The votes are "
            + "taken "
            + "as they are: dds verify --redraw draws them again.",
        ["by"] = $"dds {Page.Version}",
        ["logs"] = new JsonArray([.. logs.Select(static bundled => new JsonObject
        {
            ["log"] = bundled.Name,
            ["lines_verified"] = bundled.Log.Verification?.Verified ?? 0,
            ["has_votes"] = bundled.Log.Verification is not null,
            ["findings"] = new JsonArray([.. (bundled.Log.Verification?.Findings ?? []).Select(static found => new JsonObject
            {
                ["image"] = found.Index,
                ["severity"] = found.Finding.Severity.ToString().ToLowerInvariant(),
                ["member"] = found.Finding.Member,
                ["message"] = found.Finding.Message,
            })]),
        })]),
    });

    private static JsonArray Distinct(IEnumerable<string> values) =>
        new([.. values.Distinct().Order(StringComparer.Ordinal).Select(static value => JsonValue.Create(value))]);

    private static byte[] Bytes(JsonObject document) =>
        Encoding.UTF8.GetBytes(document.ToJsonString(s_form).ReplaceLineEndings("\n") + "\n");
}
