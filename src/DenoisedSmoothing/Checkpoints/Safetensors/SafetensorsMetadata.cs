namespace DenoisedSmoothing.Checkpoints;

/// <summary>The metadata in the header of a safetensors file.</summary>
internal static class SafetensorsMetadata
{
    /// <summary>Reads it; weights are not read.</summary>
    /// <param name="path">A file of any kind, recognised by its content, or a folder.</param>
    /// <returns>Empty where the file has none, or is of another kind.</returns>
    /// <exception cref="CheckpointException">It is a safetensors file, and its header is damaged.</exception>
    public static IReadOnlyDictionary<string, string> Of(string path)
    {
        if (Directory.Exists(path) || FileKind.Of(path) != FileKind.Safetensors)
            return new Dictionary<string, string>();
        using SafetensorsFile file = SafetensorsFile.Open(path);
        return file.Header.Metadata;
    }
}
