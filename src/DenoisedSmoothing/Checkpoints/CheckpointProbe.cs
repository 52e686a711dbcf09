using System.Buffers.Binary;

namespace DenoisedSmoothing.Checkpoints;

/// <summary>Tells the format of a checkpoint by its first bytes.</summary>
internal static class CheckpointProbe
{
    private const string Unknown = "This reads safetensors, model.safetensors.index.json, and the files of torch.save.";
    private const byte PickleProtocol = 0x80;

    /// <param name="stream">At the start of the file, where it is left again.</param>
    /// <param name="file">What messages call the file.</param>
    /// <exception cref="CheckpointException">It is none that is known.</exception>
    public static CheckpointFormat Recognise(Stream stream, string file)
    {
        long start = stream.Position;
        Span<byte> buffer = stackalloc byte[64];
        int count = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        stream.Position = start;
        ReadOnlySpan<byte> head = buffer[..count];

        if (head.StartsWith("PK"u8))
            return CheckpointFormat.TorchZip;
        if (head.Length >= 9 && head[8] == '{' && BinaryPrimitives.ReadUInt64LittleEndian(head) <= SafetensorsHeader.MaxByteCount)
            return CheckpointFormat.Safetensors;
        if (head.Length > 1 && head[0] == PickleProtocol && head[1] is >= 2 and <= 5)
            return CheckpointFormat.TorchLegacy;
        if (head.TrimStart(" \t\r\n"u8).StartsWith("{"u8))
            return CheckpointFormat.SafetensorsIndex;
        if (head.IsEmpty)
            throw CheckpointException.In(file, "it is empty");
        if (head.StartsWith("version https://git-lfs"u8))
            throw CheckpointException.In(file, "it is a pointer of Git LFS, not the file itself", "Fetch the file: git lfs pull.");
        if (head.TrimStart(" \t\r\n"u8).StartsWith("<"u8))
            throw CheckpointException.In(file, "it is a web page, not a checkpoint", "The download failed: open its address in a browser.");
        // Its own reader says best what is wrong with a safetensors file that does not even look like one.
        if (file.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
            return CheckpointFormat.Safetensors;
        throw CheckpointException.In(file, "its first bytes are those of no checkpoint that is known", Unknown);
    }
}
