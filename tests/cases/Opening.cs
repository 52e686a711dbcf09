using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.OnnxRuntime;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Cases;

/// <summary>Opens a file with one of the library's readers and prints what is in it, or the error, and what that cost.</summary>
internal static class Opening
{
    public static int Run(string kind, string[] args)
    {
        // Once, so that what is measured is not the first use of everything.
        LibTorch.EnsureAvailable();
        long before = Peak();
        Stopwatch clock = Stopwatch.StartNew();
        int exit = 0;
        try
        {
            Console.WriteLine(Open(kind, args));
        }
        catch (Exception e)
            when (e is CheckpointException or InvalidDataException or IOException or ArgumentException or UnauthorizedAccessException
                or InvalidOperationException)
        {
            Console.WriteLine($"{e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}");
            exit = 1;
        }

        if (kind == "cost")
        {
            double seconds = clock.Elapsed.TotalSeconds, megabytes = new FileInfo(args[^1]).Length / 1e6, memory = (Peak() - before) / 1e6;
            // Free is what a runtime needs to read anything at all; ONNX Runtime itself is loaded here.
            bool cheap = memory <= (args[^1].EndsWith(".onnx", StringComparison.Ordinal) ? 64 : 32) + (10 * megabytes)
                && seconds <= 2 + megabytes;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{(cheap ? "cheap" : "COSTLY")}: {seconds:F2} s, {memory:F1} MB more at the peak, for {megabytes:F3} MB"));
        }

        return exit;
    }

    private static string Open(string kind, string[] args)
    {
        switch (kind)
        {
            case "cost" when args[^1].EndsWith(".onnx", StringComparison.Ordinal):
            case "onnx":
                using (OnnxClassifier onnx = OnnxClassifier.Load(args[^1]))
                    return $"{onnx.ClassCount} classes";
            case "onnx-calls":
                using (OnnxClassifier onnx = OnnxClassifier.Load(args[0]))
                using (Tensor images = zeros(4, 3, 32, 32), scores = onnx.Classify(images))
                    return $"[{string.Join(',', scores.shape)}]";
            case "cost" or "checkpoint":
                using (Checkpoint checkpoint = Checkpoint.Open(args[0]))
                    return $"{checkpoint.Format}, key '{checkpoint.Key}', stripped '{checkpoint.StrippedPrefix}': "
                        + string.Join(", ", checkpoint.Entries.Take(4).Select(entry => $"{entry.Name} {entry.DType}"));
            case "linear":
                return Linear(args);
            case "norm":
                using (var norm = nn.BatchNorm2d(2))
                using (Checkpoint checkpoint = Checkpoint.Open(args[0]))
                {
                    StateDict.Load(norm, checkpoint);
                    return $"loaded, counter {norm.state_dict()["num_batches_tracked"].dtype}";
                }

            case "csv":
                ImageFiles list = ImageCsv.Open(args[0]);
                return $"labels {string.Join(' ', Enumerable.Range(0, list.Count).Select(list.Label))}";
            case "folder":
                return ImageFolder.Open(args[0]).Fingerprint;
            case "bmp":
                using (Tensor image = new ImageFiles(".", [(args[0], 0)], ["one"]).Image(0))
                    return $"blue {string.Join(' ', (image[2] * 255).round().to(ScalarType.Int32).data<int>().ToArray())}";
            case "pictures":
                return Pictures(args[0]);
            case "twice":
                return Twice();
            default:
                throw new ArgumentException($"Nothing opens '{kind}'.");
        }
    }

    private static string Linear(string[] args)
    {
        using var linear = nn.Linear(3, 2);
        using Checkpoint checkpoint = Checkpoint.Open(args[0], new CheckpointOptions
        {
            StripPrefixes = args.Length > 1 ? [args[1]] : null,
        });
        StateDict.Load(linear, checkpoint);
        return $"weight {string.Join(' ', linear.weight.data<float>().ToArray())}";
    }

    // Against what pictures.py wrote beside the pictures: name, SHA-256 of the bytes of convert("RGB"), and of convert("L").
    private static string Pictures(string folder)
    {
        string[][] expected = [.. File.ReadLines(Path.Combine(folder, "expected.tsv")).Select(line => line.Split('\t'))];
        ImageFiles colour = Files(grey: false), grey = Files(grey: true);
        string[] other = [.. expected.Where((line, i) => Hash(colour, i) != line[1] || Hash(grey, i) != line[2]).Select(line => line[0])];
        return $"{expected.Length} pictures, {other.Length} with other bytes: {string.Join(' ', other.Take(20))}";

        ImageFiles Files(bool grey) => new(folder, expected.Select(line => (line[0], 0)), ["one"], new ImageFileOptions { Grey = grey });

        static string Hash(ImageFiles files, int index)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor bytes = (files.Image(index) * 255).round().to(ScalarType.Byte).permute(1, 2, 0).contiguous();
            return Convert.ToHexStringLower(SHA256.HashData(bytes.data<byte>().ToArray()));
        }
    }

    // A stream that is enumerated again gives the same certificates.
    private static string Twice()
    {
        using FashionMnistPair pair = FashionMnistPair.Load();
        using Tensor image = FashionMnistPair.TestImages().Image(0);
        IEnumerable<Certificate> stream = new SmoothedClassifier(pair.Denoiser, pair.Classifier, 0.5, new CohenCertifier(n: 200))
            .CertifyMany([image]);
        return stream.Single() == stream.Single() ? "the same" : "another certificate";
    }

    // VmHWM on Linux.
    private static long Peak()
    {
        using Process self = Process.GetCurrentProcess();
        return self.PeakWorkingSet64;
    }
}
