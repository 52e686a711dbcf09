namespace DenoisedSmoothing.Checkpoints;

/// <summary>Opens checkpoints by their paths, and says what to open where a folder is given.</summary>
internal static class CheckpointPath
{
    private const int Shown = 5;

    /// <summary>How checkpoints are named; the index of shards before the shards.</summary>
    private static readonly string[] Patterns =
        ["*.safetensors.index.json", "*.safetensors", "*.pt", "*.pth", "*.th", "*.ckpt", "*.bin", "*.tar"];

    /// <summary>Opens a file for reading; others may read it meanwhile.</summary>
    /// <exception cref="CheckpointException">The path is a folder (the message names the checkpoints in it), a pipe or a
    /// device.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static FileStream Open(string path)
    {
        if (Directory.Exists(path))
            throw IsFolder(path);
        // Tensors are read whole: a buffer would only add a copy.
        FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        if (stream.CanSeek)
            return stream;
        stream.Dispose();
        throw CheckpointException.In(path, "it is a pipe or a device, but a file is needed", "Write it to a file first.");
    }

    private static CheckpointException IsFolder(string path)
    {
        if (File.Exists(Path.Combine(path, "data.pkl")))
        {
            return CheckpointException.In(
                path,
                "it is a folder, with what a checkpoint of torch.save has inside",
                "Pack it again, without compression: zip -0 -r model.pt FOLDER.");
        }

        string[] names =
        [
            .. Patterns
                .SelectMany(pattern => Directory.EnumerateFiles(path, pattern).Order(StringComparer.Ordinal))
                .Take(Shown)
                .Select(file => CheckpointException.Quote(Path.GetFileName(file))),
        ];
        return CheckpointException.In(
            path,
            "it is a folder, but a checkpoint is needed",
            names.Length > 0 ? $"Name a file inside it: {string.Join(", ", names)}." : FileKind.Folder.Advice);
    }
}
