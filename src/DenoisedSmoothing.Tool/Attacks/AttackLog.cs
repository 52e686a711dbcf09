using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Training.Attacks;

namespace DenoisedSmoothing.Tool;

/// <summary>
/// JSON lines: first the settings, then one image each. Every line is one write, flushed to disk, so that a killed run continues after its
/// last complete line.
/// </summary>
internal sealed class AttackLog : IDisposable
{
    private const int Schema = 1;

    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter<AttackVerdict>(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    private readonly FileStream _file;
    private readonly LogLock _lock;

    private AttackLog(FileStream file, LogLock alone, IReadOnlyList<AttackRecord> finished) =>
        (_file, _lock, Finished) = (file, alone, finished);

    /// <summary>The images that a resumed log already holds.</summary>
    public IReadOnlyList<AttackRecord> Finished { get; }

    /// <summary>Opens a log, or begins one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="settings">Everything that decides its lines.</param>
    /// <param name="resume">Whether to continue an existing log; otherwise it is an error.</param>
    /// <exception cref="LogInUseException">Another process is writing it.</exception>
    /// <exception cref="IOException">It exists and is not to be resumed, or it cannot be written.</exception>
    /// <exception cref="InvalidDataException">It has other settings (each is named), or is not an attack log.</exception>
    public static AttackLog Open(string path, IReadOnlyDictionary<string, string> settings, bool resume)
    {
        if (!resume && new FileInfo(path) is { Exists: true, Length: > 0 })
            throw new IOException($"{path} is there already and will not be overwritten: --resume continues it.");
        LogLock alone = LogLock.Take(path);
        FileStream? file = null;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
            List<AttackRecord> finished = [];
            string[] lines = WholeLines(file);
            if (lines.Length > 0)
            {
                RequireSame(path, Parse<Header>(path, lines[0], 1), settings);
                finished.AddRange(lines.Skip(1).Select((line, i) => Parse<AttackRecord>(path, line, i + 2)));
            }
            else
            {
                Write(file, new Header(Schema, settings));
            }

            return new AttackLog(file, alone, finished);
        }
        catch
        {
            file?.Dispose();
            alone.Dispose();
            throw;
        }
    }

    /// <summary>The value of a setting in an existing log; null where there is no log.</summary>
    /// <exception cref="InvalidDataException">It is not an attack log.</exception>
    public static string? SettingOf(string path, string name)
    {
        if (!File.Exists(path))
            return null;
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using StreamReader reader = new(file);
        return reader.ReadLine() is { Length: > 0 } first ? Parse<Header>(path, first, 1).Settings.GetValueOrDefault(name) : null;
    }

    public void Append(AttackRecord record) => Write(_file, record);

    public void Dispose()
    {
        _file.Dispose();
        _lock.Dispose();
    }

    /// <summary>The lines of the file, which is cut after the last complete one.</summary>
    private static string[] WholeLines(FileStream file)
    {
        byte[] bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        int end = Array.LastIndexOf(bytes, (byte)'\n') + 1;
        file.SetLength(end);
        file.Seek(0, SeekOrigin.End);
        return Encoding.UTF8.GetString(bytes, 0, end).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static void RequireSame(string path, Header header, IReadOnlyDictionary<string, string> now)
    {
        if (header.Schema > Schema)
            throw new InvalidDataException($"{path} has schema {header.Schema}; this version knows up to {Schema}.");
        string[] differences = [.. header.Settings.Keys.Union(now.Keys)
            .Select(key => (Key: key, There: header.Settings.GetValueOrDefault(key), Now: now.GetValueOrDefault(key)))
            .Where(setting => setting.There != setting.Now)
            .Select(setting => $"{setting.Key}: there {setting.There ?? "(none)"}, now {setting.Now ?? "(none)"}")];
        if (differences.Length > 0)
        {
            throw new InvalidDataException(
                $"{path} was begun under other settings and cannot be resumed:\n  {string.Join("\n  ", differences)}");
        }
    }

    private static T Parse<T>(string path, string line, int number)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(line, s_json) ?? throw new JsonException("null is not a line.");
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new InvalidDataException($"{path}, line {number}: not a line of an attack log ({e.Message})", e);
        }
    }

    private static void Write<T>(FileStream file, T line)
    {
        file.Write([.. JsonSerializer.SerializeToUtf8Bytes(line, s_json), (byte)'\n']);
        file.Flush(flushToDisk: true);
    }

    private sealed record Header(int Schema, IReadOnlyDictionary<string, string> Settings);
}
