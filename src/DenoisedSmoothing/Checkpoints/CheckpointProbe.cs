namespace DenoisedSmoothing.Checkpoints;

/// <summary>Tells the format of a checkpoint by its first bytes.</summary>
internal static class CheckpointProbe
{
    private const string Known =
        "This reads safetensors, model.safetensors.index.json, the files of torch.save, and those of TorchSharp's module.save.";

    /// <param name="stream">At the start of the file, where it is left.</param>
    /// <param name="file">What messages call the file.</param>
    /// <returns>
    /// The format; null for TorchSharp's files, which have no first bytes of their own, and for files that are not checkpoints.
    /// </returns>
    public static CheckpointFormat? Recognise(Stream stream, string file)
    {
        // What a zip file holds is left to its own reader, which keeps to a budget.
        if (IsZip(stream))
            return CheckpointFormat.TorchZip;
        FileKind? kind = FileKind.Of(stream);
        // The safetensors reader says best what is wrong with a safetensors file that does not even look like one.
        return kind == FileKind.Safetensors || (kind is null && file.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
                ? CheckpointFormat.Safetensors
            : kind == FileKind.SafetensorsIndex || kind == FileKind.Json ? CheckpointFormat.SafetensorsIndex
            : kind == FileKind.TorchSave ? CheckpointFormat.TorchLegacy
            : kind == FileKind.TorchSaveTar ? CheckpointFormat.TorchTar
            : null;
    }

    /// <summary>Says what a file that is not a checkpoint is.</summary>
    public static CheckpointException Refusal(Stream stream, string file) => FileKind.Of(stream) is { } kind
        ? CheckpointException.In(file, $"it is {kind.Noun}, but a checkpoint is needed", kind.Advice)
        : CheckpointException.In(file, "its first bytes are not those of any known checkpoint", Known);

    private static bool IsZip(Stream stream)
    {
        long start = stream.Position;
        Span<byte> first = stackalloc byte[2];
        int count = stream.ReadAtLeast(first, first.Length, throwOnEndOfStream: false);
        stream.Position = start;
        return first[..count].SequenceEqual("PK"u8);
    }
}
