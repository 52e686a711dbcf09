using DenoisedSmoothing.Checkpoints;

namespace DenoisedSmoothing.Tool;

/// <summary>The remarks in the header of a safetensors file.</summary>
internal static class FileMetadata
{
    /// <summary>Where a classifier's file names its network.</summary>
    public const string ClassifierKey = "dds.classifier";

    /// <summary>The network that a classifier's file names; null where it names none.</summary>
    public static string? ClassifierOf(string path) => Read(path).GetValueOrDefault(ClassifierKey);

    /// <summary>Reads them.</summary>
    /// <returns>Empty where the file has none, or is of another kind.</returns>
    public static IReadOnlyDictionary<string, string> Read(string path)
    {
        if (!Path.GetExtension(path).Equals(".safetensors", StringComparison.OrdinalIgnoreCase))
            return new Dictionary<string, string>();
        using SafetensorsFile file = SafetensorsFile.Open(path);
        return file.Header.Metadata;
    }
}
