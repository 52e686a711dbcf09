using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DenoisedSmoothing.Noise;

namespace DenoisedSmoothing.Logs;

/// <summary>
/// The settings of a run, stored beside its log in <c>LOG.meta.json</c> (<c>run.tsv.meta.json</c> for <c>run.tsv</c>): a run resumes, and
/// shards merge, only under equal settings.
/// </summary>
public sealed record CertificationLogMeta
{
    /// <summary>The version of this record's meaning: version 2 has the end of the log and the skipped images in the JSON lines.</summary>
    public const int CurrentSchema = 2;

    /// <summary>The setting that holds the fingerprint of the data set.</summary>
    public const string DataSetting = "data";

    /// <summary>
    /// The setting that holds which images of the data set are processed: <c>start=0 skip=20 max=500 corrupt=stop</c>, where <c>max=all</c>
    /// means no limit and <c>corrupt=skip</c> skips images that cannot be read.
    /// </summary>
    public const string ImagesSetting = "images";

    /// <summary>The setting that holds the text of <see cref="ICertifier.Method"/>.</summary>
    public const string MethodSetting = "method";

    /// <summary>The setting that holds alpha.</summary>
    public const string AlphaSetting = "alpha";

    /// <summary>The setting that holds sigma.</summary>
    public const string SigmaSetting = "sigma";

    /// <summary>The setting that holds the version of the noise (<see cref="ISmoothingNoise.Version"/>).</summary>
    public const string NoiseSetting = "noise";

    /// <summary>The setting that holds the number of values of an image, on which radii under grid noise depend.</summary>
    public const string DimensionSetting = "dimension";

    /// <summary>The setting that holds the noise key; absent where that is kept secret.</summary>
    public const string SeedSetting = "seed";

    /// <summary>
    /// The note that says what computed (<see cref="Provenance.Software"/>) beside rows that do not say it themselves; missing where a run
    /// was continued under other software.
    /// </summary>
    public const string SoftwareNote = "software";

    /// <summary>What the log's lines are.</summary>
    public required CertificationLogKind Kind { get; init; }

    /// <summary>
    /// Everything that decides a line's content: models, data, sigma, method, seed, batch, precision; in the order in which they are shown.
    /// The shard is not among them: it decides only which lines there are.
    /// </summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>Which part of a run this is, such as <c>2/4</c>; null for a whole run.</summary>
    public string? Shard { get; init; }

    /// <summary>How many images the run intends to process, including those it may skip; null when not known beforehand.</summary>
    public long? Rows { get; init; }

    /// <summary>The schema version of the settings file that was read: logs of schema 1 do not say when they are finished.</summary>
    public int Schema { get; init; } = CurrentSchema;

    /// <summary>Notes worth keeping that may differ between parts of a run, such as the command line. Never compared.</summary>
    public IReadOnlyDictionary<string, string> Notes { get; init; } = new Dictionary<string, string>();

    /// <summary>The method among the settings; null where they do not state it.</summary>
    public CertificationMethod? Method =>
        CertificationMethod.TryParse(Settings.GetValueOrDefault(MethodSetting), out CertificationMethod? method) ? method : null;

    /// <summary>Alpha among the settings; null where they do not state it.</summary>
    public double? Alpha =>
        PlainNumber.TryParse(Settings.GetValueOrDefault(AlphaSetting), out double alpha) && alpha is > 0 and < 1
            ? alpha
            : null;

    /// <summary>The noise per pixel among the settings; null where they do not state it.</summary>
    public double? Sigma =>
        PlainNumber.TryParse(Settings.GetValueOrDefault(SigmaSetting), out double sigma) && sigma > 0 ? sigma : null;

    /// <summary>The norm of the radii; null where the settings do not state their noise.</summary>
    internal Norm? Norm => Settings.GetValueOrDefault(NoiseSetting) is not { } noise ? null
        : noise == UniformNoise.Scheme ? DenoisedSmoothing.Norm.L1 : DenoisedSmoothing.Norm.L2;

    /// <summary>The number of values of an image where the noise was drawn on a grid; null for other noise.</summary>
    internal long? GridDimension =>
        Settings.GetValueOrDefault(NoiseSetting) == GridGaussianNoise.Scheme
            && PlainNumber.TryParseWhole(Settings.GetValueOrDefault(DimensionSetting), out long dimension)
            ? dimension
            : null;

    /// <summary>
    /// SHA-256 of kind and settings, in lower-case hexadecimal; the order of the settings does not matter. Every JSON line has it.
    /// </summary>
    public string Fingerprint
    {
        get
        {
            SortedDictionary<string, string> sorted = new(StringComparer.Ordinal);
            foreach ((string key, string value) in Settings)
                sorted.Add(key, value);
            byte[] text = JsonSerializer.SerializeToUtf8Bytes(sorted, LogJson.Lines.SortedDictionaryStringString);
            return Convert.ToHexStringLower(SHA256.HashData([.. text, (byte)Kind]));
        }
    }

    /// <summary>The settings file of a log.</summary>
    /// <param name="log">The log's path, or that of its JSON lines.</param>
    public static string PathFor(string log)
    {
        ArgumentNullException.ThrowIfNull(log);
        return LogPaths.Meta(LogPaths.LogOf(log));
    }

    /// <summary>Reads the settings beside a log.</summary>
    /// <param name="log">The log's path, or that of its JSON lines.</param>
    /// <returns>Null where there are none, as with published logs.</returns>
    /// <exception cref="InvalidDataException">The file exists but is not such a settings file, or was changed by hand.</exception>
    public static CertificationLogMeta? Find(string log)
    {
        string path = PathFor(log);
        return File.Exists(path) ? Parse(File.ReadAllText(path), path) : null;
    }

    /// <summary>Names every setting that differs.</summary>
    /// <param name="now">The other settings.</param>
    /// <returns>One line per setting, with the value here ("there") and in <paramref name="now"/> ("now"); empty when all are
    /// equal.</returns>
    public IReadOnlyList<string> DifferencesTo(CertificationLogMeta now)
    {
        ArgumentNullException.ThrowIfNull(now);
        List<string> differences = [];
        Compare("kind", Kind.ToString(), now.Kind.ToString());
        foreach (string key in Settings.Keys.Union(now.Settings.Keys))
            Compare(key, Settings.GetValueOrDefault(key), now.Settings.GetValueOrDefault(key));
        return differences;

        void Compare(string key, string? there, string? here)
        {
            if (there != here)
                differences.Add($"{key}: there {there ?? "(none)"}, now {here ?? "(none)"}");
        }
    }

    /// <summary>Refuses to continue a log under settings other than these, which are stored beside it.</summary>
    /// <param name="now">The settings of the run that wants to continue it.</param>
    /// <param name="log">The log's path.</param>
    /// <exception cref="InvalidDataException">They differ; the message names each difference.</exception>
    internal void RequireSameRun(CertificationLogMeta now, string log)
    {
        List<string> differences = [.. DifferencesTo(now)];
        if (Shard != now.Shard)
            differences.Add($"shard: there {Shard ?? "(none)"}, now {now.Shard ?? "(none)"}");
        if (Rows != now.Rows)
            differences.Add($"rows: there {Rows?.ToString() ?? "(unknown)"}, now {now.Rows?.ToString() ?? "(unknown)"}");
        if (differences.Count > 0)
            throw new InvalidDataException(
                $"{log} was started with other settings and cannot be resumed:\n  {string.Join("\n  ", differences)}");
    }

    /// <summary>The error for rows without settings beside them.</summary>
    internal static InvalidDataException Missing(string log) => new(
        $"{log} has no {LogPaths.Meta(log)} beside it, so its settings are not known and it cannot be resumed.");

    /// <summary>Reads settings written by <see cref="ToJson"/>.</summary>
    /// <param name="text">The JSON.</param>
    /// <param name="name">What to call it in errors.</param>
    /// <exception cref="InvalidDataException">It is not such a text, or was changed by hand.</exception>
    internal static CertificationLogMeta Parse(string text, string name)
    {
        try
        {
            Document document = JsonSerializer.Deserialize(text, LogJson.Indented.Document)
                ?? throw new InvalidDataException($"{name}: null is not a set of settings.");
            if (document.Schema > CurrentSchema)
                throw new InvalidDataException($"{name} has schema {document.Schema}; this version knows up to {CurrentSchema}.");
            CertificationLogMeta meta = document.ToMeta();
            if (meta.Fingerprint != document.Fingerprint)
                throw new InvalidDataException($"{name} was changed: its settings do not give the fingerprint that it has.");
            return meta;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new InvalidDataException($"{name}: not the settings of a log ({e.Message})", e);
        }
    }

    /// <summary>The content of the settings file, without its line end.</summary>
    internal string ToJson() => JsonSerializer.Serialize(
        new Document(Schema, Kind, Fingerprint, Settings, Shard, Rows, Notes), LogJson.Indented.Document);

    /// <summary>Writes the file whole or not at all.</summary>
    internal void Write(string log)
    {
        string path = PathFor(log), unfinished = path + ".tmp";
        using (FileStream file = new(unfinished, FileMode.Create, FileAccess.Write))
        {
            file.Write(Encoding.UTF8.GetBytes(ToJson() + "\n"));
            file.Flush(flushToDisk: true);
        }

        File.Move(unfinished, path, overwrite: true);
    }

    /// <summary>The file's members in order.</summary>
    internal sealed record Document(
        int Schema,
        CertificationLogKind Kind,
        string Fingerprint,
        IReadOnlyDictionary<string, string> Settings,
        string? Shard,
        long? Rows,
        IReadOnlyDictionary<string, string>? Notes)
    {
        public CertificationLogMeta ToMeta() => new()
        {
            Kind = Kind,
            Settings = Settings ?? throw new ArgumentException("there are no settings in it"),
            Shard = Shard,
            Rows = Rows,
            Schema = Schema,
            Notes = Notes ?? new Dictionary<string, string>(),
        };
    }
}
