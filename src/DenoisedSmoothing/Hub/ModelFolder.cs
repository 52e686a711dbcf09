using DenoisedSmoothing.Checkpoints;

namespace DenoisedSmoothing.Hub;

/// <summary>A folder as on a model hub: which of its files are read.</summary>
internal static class ModelFolder
{
    public const string Configuration = "config.json", Preprocessor = "preprocessor_config.json";

    private const string Fetch = "Fetch the whole repository: hf download ORG/MODEL --local-dir FOLDER, or git clone with Git LFS.";

    // The first one present is read.
    private static readonly string[] s_weights =
    [
        "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json",
    ];

    private static readonly string[] s_others = ["*.h5", "*.msgpack", "*.onnx", "*.gguf"];

    /// <summary>The file with the weights.</summary>
    /// <exception cref="CheckpointException">There is none that can be read.</exception>
    public static string Weights(string folder)
    {
        if (s_weights.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists) is { } weights)
            return weights;
        string[] others = [.. s_others.SelectMany(pattern => Directory.EnumerateFiles(folder, pattern))
            .Select(static path => Path.GetFileName(path)).Order(StringComparer.Ordinal).Take(3).Select(CheckpointException.Quote)];
        string there = others.Length == 0 ? "" : $"; {string.Join(", ", others)} cannot be read here";
        throw CheckpointException.In(folder, $"it has no weights, neither model.safetensors nor pytorch_model.bin{there}", Fetch);
    }

    /// <summary>A file that has to be there.</summary>
    /// <exception cref="CheckpointException">It is missing.</exception>
    public static string Needed(string folder, string name, string why)
    {
        string path = Path.Combine(folder, name);
        return File.Exists(path) ? path : throw CheckpointException.In(folder, $"{name} is missing, {why}", Fetch);
    }
}
