using System.Text.Json.Nodes;

namespace DenoisedSmoothing.Tool.Tests;

/// <summary>What a log's three files hold, apart from times.</summary>
internal static class LogFiles
{
    /// <summary>The TSV's lines without the column time.</summary>
    public static string[] Table(string log)
    {
        string[][] lines = [.. File.ReadAllLines(log).Select(line => line.Split('\t'))];
        int time = Array.IndexOf(lines[0], "time");
        return [.. lines.Select(fields => string.Join('\t', fields.Where((_, column) => column != time)))];
    }

    /// <summary>The JSON lines without the seconds.</summary>
    public static string[] Json(string log) => [.. File.ReadAllLines(log + ".jsonl").Select(line =>
    {
        JsonObject entry = JsonNode.Parse(line)!.AsObject();
        // The line that ends a log and those of skipped images took no time.
        entry.Remove("seconds").Should().Be(entry.ContainsKey("label"));
        return entry.ToJsonString();
    })];

    /// <summary>The settings.</summary>
    public static string Meta(string log) => File.ReadAllText(log + ".meta.json");

    /// <summary>Asserts that two logs are one, times apart.</summary>
    public static void ShouldBeEqual(string log, string expected)
    {
        Table(log).Should().Equal(Table(expected));
        Json(log).Should().Equal(Json(expected));
        Meta(log).Should().Be(Meta(expected));
        File.ReadAllText(log).Should().EndWith("\n");
    }

    /// <summary>Lines so far, of a log that a process may be writing; 0 where there is none yet.</summary>
    public static int Count(string log)
    {
        if (!File.Exists(log))
            return 0;
        using FileStream file = new(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using StreamReader reader = new(file);
        return reader.ReadToEnd().Count(character => character == '\n');
    }
}
