using DenoisedSmoothing.Checkpoints;

namespace DenoisedSmoothing.Tool;

/// <summary>The metadata in the header of a safetensors file.</summary>
internal static class FileMetadata
{
    /// <summary>The key under which a classifier's file names its network.</summary>
    public const string ClassifierKey = "dds.classifier";

    /// <summary>The key under which a classifier's file states its number of classes.</summary>
    public const string ClassesKey = "dds.classes";

    /// <summary>
    /// The key under which a selector's file states the radius at which the images it was trained to select are certified.
    /// </summary>
    public const string SelectorRadiusKey = "dds.selector.radius";

    /// <summary>The radius stated in a selector's file; null where there is none.</summary>
    public static double? SelectorRadiusOf(string path) =>
        Read(path).TryGetValue(SelectorRadiusKey, out string? text) && PlainNumber.TryParse(text, out double radius) && radius >= 0
            ? radius
            : null;

    /// <summary>The number of classes stated in a classifier's file; null where there is none.</summary>
    public static int? ClassesOf(string path) =>
        Read(path).TryGetValue(ClassesKey, out string? text) && PlainNumber.TryParseWhole(text, out int classes) && classes >= 2
            ? classes
            : null;

    /// <summary>The network named in a classifier's file; null where there is none.</summary>
    public static string? ClassifierOf(string path) => Read(path).GetValueOrDefault(ClassifierKey);

    private static IReadOnlyDictionary<string, string> Read(string path) => SafetensorsMetadata.Of(path);
}
