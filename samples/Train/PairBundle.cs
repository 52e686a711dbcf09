using System.Buffers.Binary;
using System.IO.Compression;
using DenoisedSmoothing;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Train;

/// <summary>
/// What the library embeds: matrices in half precision, vectors (norms, biases, running statistics) in single, 500 test images.
/// </summary>
internal static class PairBundle
{
    private const int Images = 500;

    public static void Write(string data, string folder, string target)
    {
        LibTorch.EnsureAvailable();
        Directory.CreateDirectory(target);
        Halve(Path.Combine(folder, PairTraining.DenoiserFile), Path.Combine(target, PairTraining.DenoiserFile));
        Halve(Path.Combine(folder, PairTraining.ClassifierFile), Path.Combine(target, PairTraining.ClassifierFile));

        LabeledImages test = FashionMnist.Test(data);
        byte[] pixels = [.. Enumerable.Range(0, Images).SelectMany(i => test.Pixels(i).ToArray())];
        byte[] labels = [.. Enumerable.Range(0, Images).Select(i => (byte)test.Label(i))];
        WriteIdx(Path.Combine(target, "test-images.idx3.gz"), pixels, Images, test.Height, test.Width);
        WriteIdx(Path.Combine(target, "test-labels.idx1.gz"), labels, Images);
        foreach (string file in Directory.GetFiles(target)
            .Where(file => file.EndsWith(".safetensors", StringComparison.Ordinal) || file.EndsWith(".gz", StringComparison.Ordinal)))
            Console.WriteLine($"{new FileInfo(file).Length,9:N0} bytes  {file}");
    }

    private static void Halve(string from, string to)
    {
        using DisposeScope scope = NewDisposeScope();
        using SafetensorsFile file = SafetensorsFile.Open(from);
        Dictionary<string, Tensor> half = [];
        foreach ((string name, Tensor value) in file.ReadAll())
            half[name] = value.dim() >= 2 ? value.to_type(ScalarType.Float16) : value;
        SafetensorsWriter.Write(to, half, null);
    }

    private static void WriteIdx(string path, byte[] values, params int[] shape)
    {
        using GZipStream zip = new(File.Create(path), CompressionLevel.SmallestSize);
        Span<byte> word = [0, 0, 8, (byte)shape.Length];
        zip.Write(word);
        foreach (int length in shape)
        {
            BinaryPrimitives.WriteInt32BigEndian(word, length);
            zip.Write(word);
        }

        zip.Write(values);
    }
}
