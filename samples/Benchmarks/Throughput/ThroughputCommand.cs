using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using DenoisedSmoothing.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Benchmarks;

/// <summary>The tables of docs/performance.md.</summary>
internal static class ThroughputCommand
{
    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static Command Create()
    {
        Option<string> pair = new("--pair")
        {
            Description = "Which pair; the paper's have synthetic weights",
            DefaultValueFactory = _ => "cifar10",
        };
        pair.AcceptOnlyFromAmong(BenchmarkPair.Names);
        Option<string> precision = new("--precision")
        {
            Description = "Arithmetic inside the networks; float32 is TF32 on a GPU under --tf32",
            DefaultValueFactory = _ => "float32",
        };
        precision.AcceptOnlyFromAmong("float32", "bfloat16", "float16");
        Option<int[]> batch = new("--batch")
        {
            Description = "Rows of a forward pass; several are measured one after the other",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [16],
        };
        Option<string> device = new("--device") { Description = "cpu, cuda or cuda:N", DefaultValueFactory = _ => "cpu" };
        Option<double> seconds = new("--seconds")
        {
            Description = "How long to measure each batch size; at least five batches are taken",
            DefaultValueFactory = _ => 20,
        };
        Option<int?> threads = new("--threads") { Description = "libtorch's threads" };
        Option<bool> tf32 = new("--tf32") { Description = "Allow TF32 in float32 products and convolutions on a GPU" };
        Option<bool> plain = new("--plain") { Description = "Plain operations instead of the library's own kernels" };
        Option<bool> noTf32x3 = new("--no-tf32x3")
        {
            Description = "Products of float32 by libtorch's plain operation, where a GPU would take three in TF32",
        };
        Option<bool> profile = new("--profile")
        {
            Description = "Time by kind of operation of one pass on a GPU, as NVIDIA's profiler ncu sees it; nothing else is measured",
        };
        Option<int> agreement = new("--agreement")
        {
            Description = "Votes to compare with those of plain operations in float32 on the same noise",
        };
        Command command =
            new("throughput", "Samples per second through noise, denoiser, classifier and counting: a line of JSON for each batch size.")
        {
            pair, precision, batch, device, seconds, threads, tf32, plain, noTf32x3, profile, agreement,
        };
        // By option: what a command's validator reads of an option that was not given is no default.
        batch.Validators.Add(result => Require(result, result.GetValueOrDefault<int[]>()?.All(static size => size >= 1) is true,
            "--batch is at least 1."));
        seconds.Validators.Add(result => Require(result, result.GetValueOrDefault<double>() > 0, "--seconds is above 0."));
        threads.Validators.Add(result => Require(result, result.GetValueOrDefault<int?>() is null or >= 1, "--threads is at least 1."));
        agreement.Validators.Add(result => Require(result, result.GetValueOrDefault<int>() >= 0, "--agreement is at least 0."));
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(profile) && !KernelProfile.IsChild)
                return KernelProfile.Run([.. Environment.GetCommandLineArgs().Skip(1)]);
            LibTorch.EnsureAvailable();
            GpuKernels.Enabled &= !parsed.GetValue(plain);
            CpuKernels.Enabled &= !parsed.GetValue(plain);
            GpuKernels.Tf32x3 &= !parsed.GetValue(noTf32x3);
            if (parsed.GetValue(threads) is { } count)
                set_num_threads(count);
            if (parsed.GetValue(tf32))
                LibTorch.AllowTf32 = true;
            Run(parsed.GetValue(pair)!, Enum.Parse<ScalarType>(parsed.GetValue(precision)!, ignoreCase: true), parsed.GetValue(batch)!,
                parsed.GetValue(device)!,
                parsed.GetValue(seconds), parsed.GetValue(agreement), KernelProfile.IsChild);
            return 0;
        });
        return command;
    }

    private static void Require(OptionResult result, bool holds, string message)
    {
        if (!holds)
            result.AddError(message);
    }

    private static void Run(string name, ScalarType precision, int[] batches, string device, double seconds, int agreement, bool profiled)
    {
        using BenchmarkPair pair = BenchmarkPair.Create(name, precision, device);
        foreach (int batch in batches)
        {
            if (profiled)
            {
                new ThroughputRun(pair, name, precision, device, batch, seconds).Profiled();
                continue;
            }

            ThroughputReport report = new ThroughputRun(pair, name, precision, device, batch, seconds).Measure();
            if (agreement > 0)
            {
                using BenchmarkPair reference = BenchmarkPair.Create(name, ScalarType.Float32, device);
                report = report with
                {
                    VoteAgreement = VoteAgreement.Of(pair, reference, agreement, batch, device),
                    VotesCompared = agreement,
                };
            }

            Console.WriteLine(JsonSerializer.Serialize(report, s_json));
        }
    }
}
