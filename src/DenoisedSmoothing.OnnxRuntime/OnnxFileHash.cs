using System.Security.Cryptography;
using System.Text;
using DenoisedSmoothing.Checkpoints;

namespace DenoisedSmoothing.OnnxRuntime;

/// <summary>
/// The SHA-256 of a model: of its file, and of the files beside it in which large models, and all models from PyTorch's newer exporter,
/// keep their weights (external data). Without such files it is what <c>sha256sum</c> prints.
/// </summary>
internal static class OnnxFileHash
{
    /// <summary>64 lower-case hexadecimal digits.</summary>
    /// <param name="path">A model that ONNX Runtime has opened.</param>
    /// <exception cref="CheckpointException">The model is cut short, or names a file that is missing or outside its folder.</exception>
    public static string Of(string path)
    {
        using FileStream model = File.OpenRead(path);
        SortedSet<string> files = OnnxExternalFiles.Of(model, path);
        model.Position = 0;
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, model);
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        foreach (string name in files)
        {
            string file = Path.GetFullPath(Path.Combine(folder, name));
            if (Path.IsPathRooted(name)
                || !file.StartsWith(Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
                throw new CheckpointException(
                    $"{path}: it keeps weights in '{Printable(name)}', which is outside its folder. Export it again, with its files "
                    + $"beside it.");
            if (!File.Exists(file))
                throw new CheckpointException(
                    $"{path}: it keeps weights in '{Printable(name)}', which is not there. Fetch that file too, into the same folder.");
            using FileStream data = File.OpenRead(file);
            hash.AppendData(Encoding.UTF8.GetBytes(name));
            Append(hash, data);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string Printable(string name) => string.Concat(name.Select(c => char.IsControl(c) ? '?' : c));

    private static void Append(IncrementalHash hash, Stream stream)
    {
        byte[] buffer = new byte[1 << 20];
        for (int read; (read = stream.Read(buffer)) > 0;)
            hash.AppendData(buffer, 0, read);
    }
}
