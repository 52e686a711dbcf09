using System.Text.Json;

namespace DenoisedSmoothing.Testing;

/// <summary>Reference numbers copied into tests/Goldens: each file names the reference implementation that made it.</summary>
internal static class Golden
{
    public static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Goldens", name);

    public static JsonDocument Json(string name) => JsonDocument.Parse(File.ReadAllText(PathOf(name)));

    /// <summary>Rows of a tab-separated file, the header row left out.</summary>
    public static IEnumerable<string[]> Rows(string name) => File.ReadLines(PathOf(name)).Skip(1).Select(line => line.Split('\t'));
}
