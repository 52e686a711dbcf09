using System.Globalization;
using System.IO.Compression;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Testing;
using TorchSharp;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Checkpoints;

/// <summary>
/// What loading costs in memory. Slow, and in need of 5 GB of memory and 2.2 GB of disk: run by itself, with DENOISEDSMOOTHING_SLOW=1
/// in the environment, since the peak that the system reports is that of the whole process.
/// </summary>
public class CheckpointMemoryTests(ITestOutputHelper output)
{
    /// <summary>
    /// 24 convolutions of 2,560 x 1,000 x 3 x 3 weights: 2.2 GB, in pieces as large as those of the 256x256 diffusion network.
    /// </summary>
    private const int Layers = 24;

    private static readonly long[] Shape = [2560, 1000, 3, 3];
    private static readonly long Count = Shape.Aggregate((product, size) => product * size);

    [SkippableFact]
    [Trait("Category", "Slow")]
    public void Load_of_a_large_zip_file_needs_little_more_memory_than_the_module()
    {
        Skip.If(Environment.GetEnvironmentVariable("DENOISEDSMOOTHING_SLOW") != "1",
            "Set DENOISEDSMOOTHING_SLOW=1 to measure memory: 2.2 GB on disk, 5 GB in memory.");
        Skip.If(!OperatingSystem.IsLinux(), "The peak is read from /proc, which only Linux has.");
        DirectoryInfo folder = Directory.CreateTempSubdirectory();
        try
        {
            string path = Path.Combine(folder.FullName, "large.pt");
            Write(path);
            ones(1).Dispose();
            long before = ResetPeak();
            using (Checkpoint opened = Checkpoint.Open(path))
                opened.Entries.Should().HaveCount(Layers);
            long afterOpen = Peak();

            using var module =
                nn.Sequential([.. Enumerable.Range(0, Layers).Select(i => ($"layer{i}", (nn.Module<Tensor, Tensor>)Empty()))]);
            long modelBytes = Layers * Count * sizeof(float);
            long started = Environment.TickCount64;
            using (Checkpoint checkpoint = Checkpoint.Open(path))
                StateDict.Load(module, checkpoint);
            long milliseconds = Environment.TickCount64 - started, peak = Peak();

            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"file {new FileInfo(path).Length:N0} bytes, model {modelBytes:N0} bytes; resident before {before:N0}, after opening "
                    + $"{afterOpen:N0}, peak {peak:N0}: {(double)(peak - before) / modelBytes:F3} of the model, "
                    + $"{(double)peak / modelBytes:F3} with the process itself; {milliseconds} ms"));
            (afterOpen - before).Should().BeLessThan(64 << 20, "opening reads no tensor");
            (peak - before).Should().BeLessThan((long)(1.2 * modelBytes));
            for (int i = 0; i < Layers; i++)
            {
                using Tensor weight = module.state_dict()[$"layer{i}.weight"].detach();
                using Tensor flat = weight.view(-1);
                flat[0].item<float>().Should().Be(i + 1);
                flat[Count - 1].item<float>().Should().Be(-i - 1);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>A convolution whose memory is touched: its initialisation would take a minute more.</summary>
    private static nn.Module<Tensor, Tensor> Empty()
    {
        var layer = nn.Conv2d(1, 1, 3, bias: false);
        using var guard = no_grad();
        layer.weight = nn.Parameter(zeros(Shape));
        return layer;
    }

    private static void Write(string path)
    {
        byte[] pickle =
            PickleText.StateDict([.. Enumerable.Range(0, Layers)
            .Select(i => ($"layer{i}.weight", "FloatStorage", $"{i}", Count, 0L, Shape, (long[])[9000, 9, 3, 1]))]);
        using FileStream file = File.Create(path);
        TorchZipFile.Write(file, pickle, CompressionLevel.NoCompression, Enumerable.Range(0, Layers)
            .Select(i => ($"{i}", (Action<Stream>)(to =>
        {
            // First and last element tell the layer; what is between does not matter.
            to.Write(BitConverter.GetBytes(i + 1f));
            byte[] chunk = new byte[1 << 20];
            Array.Fill(chunk, (byte)(i + 1));
            for (long left = (Count - 2) * sizeof(float); left > 0; left -= Math.Min(left, chunk.Length))
                to.Write(chunk, 0, (int)Math.Min(left, chunk.Length));
            to.Write(BitConverter.GetBytes(-i - 1f));
        }))));
    }

    /// <summary>Makes the system count the peak anew, from what is resident now.</summary>
    private static long ResetPeak()
    {
        File.WriteAllText("/proc/self/clear_refs", "5");
        return Peak();
    }

    private static long Peak() =>
        long.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) * 1024;
}
