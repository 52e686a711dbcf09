using DenoisedSmoothing.Checkpoints;

namespace DenoisedSmoothing.Tool;

/// <summary>The remarks in the header of a safetensors file.</summary>
internal static class FileMetadata
{
    /// <summary>Where a classifier's file names its network.</summary>
    public const string ClassifierKey = "dds.classifier";

    /// <summary>Where a classifier's file says its number of classes.</summary>
    public const string ClassesKey = "dds.classes";

    /// <summary>Where a selector's file says at which radius the images that it was trained to select are certified.</summary>
    public const string SelectorRadiusKey = "dds.selector.radius";

    /// <summary>The radius that a selector's file remembers; null where it remembers none.</summary>
    public static double? SelectorRadiusOf(string path) =>
        Read(path).TryGetValue(SelectorRadiusKey, out string? text) && PlainNumber.TryParse(text, out double radius) && radius >= 0
            ? radius
            : null;

    /// <summary>The number of classes that a classifier's file says; null where it says none.</summary>
    public static int? ClassesOf(string path) =>
        Read(path).TryGetValue(ClassesKey, out string? text) && PlainNumber.TryParseWhole(text, out int classes) && classes >= 2
            ? classes
            : null;

    /// <summary>The network that a classifier's file names; null where it names none.</summary>
    public static string? ClassifierOf(string path) => Read(path).GetValueOrDefault(ClassifierKey);

    private static IReadOnlyDictionary<string, string> Read(string path) => SafetensorsMetadata.Of(path);
}
