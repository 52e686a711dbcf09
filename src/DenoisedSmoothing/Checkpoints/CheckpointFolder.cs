namespace DenoisedSmoothing.Checkpoints;

/// <summary>Says what to open where a folder is given.</summary>
internal static class CheckpointFolder
{
    private const int Shown = 5;

    /// <summary>As checkpoints are called; the index of shards before the shards.</summary>
    private static readonly string[] Patterns = ["*.safetensors.index.json", "*.safetensors", "*.pt", "*.pth", "*.th", "*.ckpt", "*.bin", "*.tar"];

    /// <exception cref="CheckpointException">The path is a folder; the message names the checkpoints in it.</exception>
    public static void Refuse(string path)
    {
        if (!Directory.Exists(path))
            return;
        if (File.Exists(Path.Combine(path, "data.pkl")))
        {
            throw CheckpointException.In(
                path, "it is a folder, with what a checkpoint of torch.save has inside", "Pack it again, without compression: zip -0 -r model.pt FOLDER.");
        }

        string[] names = [.. Patterns.SelectMany(pattern => Directory.EnumerateFiles(path, pattern).Order(StringComparer.Ordinal)).Take(Shown)
            .Select(file => CheckpointException.Quote(Path.GetFileName(file)))];
        throw CheckpointException.In(
            path,
            "it is a folder, and a checkpoint is wanted",
            names.Length > 0 ? $"Name a file inside of it: {string.Join(", ", names)}." : FileKind.Folder.Advice);
    }
}
