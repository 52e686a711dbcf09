using System.Diagnostics;
using System.Runtime;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Kernels;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Votes;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Benchmarks;

/// <summary>Measures one pair at one batch size, by the way that users take: <see cref="SmoothedClassifier"/>.</summary>
internal sealed class ThroughputRun(BenchmarkPair pair, string name, ScalarType precision, string device, int batch, double seconds)
{
    private const int Rounds = 5;
    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(0.5), s_longestWarmUp = TimeSpan.FromSeconds(15);

    private readonly bool _accelerator = LibTorch.DeviceNamed(device).type == DeviceType.CUDA;

    public ThroughputReport Measure()
    {
        PeakMemory.Reset();
        WarmUp();
        double one = Predict(pair.Denoiser, pair.Classifier, 1), three = Predict(pair.Denoiser, pair.Classifier, 3);
        // What a call costs beside its batches, such as naming the networks, must not decide how many there are.
        double each = Math.Max((three - one) / 2, three / 30);
        int batches = (int)Math.Clamp(seconds / Rounds / each, 1, 1 << 20);

        using MatrixRate matrix = new(precision, LibTorch.DeviceNamed(device));
        double work = (pair.DenoiserWork + pair.ClassifierWork) / 1e9;
        List<double> rates = [matrix.Measure()], speeds = [], shares = [];
        for (int round = 0; round < Rounds; round++)
        {
            speeds.Add(batches * batch / Predict(pair.Denoiser, pair.Classifier, batches));
            rates.Add(matrix.Measure());
            shares.Add(speeds[^1] * work / ((rates[^1] + rates[^2]) / 2));
        }

        double speed = Rounds / speeds.Sum(value => 1 / value);
        StageClock clock = new(pair.Denoiser, pair.Classifier, _accelerator);
        double staged = Predict(clock, clock, batches), samples = (double)batches * batch;
        double denoise = clock.Denoising.TotalSeconds, classify = clock.Classifying.TotalSeconds;
        return new ThroughputReport
        {
            Pair = name,
            Precision = precision.ToString().ToLowerInvariant(),
            Batch = batch,
            Device = device,
            Threads = get_num_threads(),
            SamplesPerSecond = speed,
            Samples = (long)Rounds * batches * batch,
            SamplesPerSecondRange = [speeds.Min(), speeds.Max()],
            GflopPerSample = work,
            DenoiserGflop = pair.DenoiserWork / 1e9,
            ClassifierGflop = pair.ClassifierWork / 1e9,
            GflopPerSecond = speed * work,
            MatrixGflopPerSecond = Median(rates),
            MatrixRange = [rates.Min(), rates.Max()],
            ShareOfMatrixRate = Median(shares),
            DenoiseMsPerSample = denoise / samples * 1e3,
            ClassifyMsPerSample = classify / samples * 1e3,
            ResizeMsPerSample = Resize(),
            OtherMsPerSample = (staged - denoise - classify) / samples * 1e3,
            OtherShare = (staged - denoise - classify) / staged,
            NoiseMsPerSample = Noise(),
            HostMsPerPass = _accelerator ? Host() : null,
            PeakMegabytes = PeakMemory.Megabytes(),
            Software =
                $"DenoisedSmoothing {typeof(LibTorch).Assembly.GetName().Version?.ToString(3)}, TorchSharp "
                + $"{typeof(torch).Assembly.GetName().Version?.ToString(3)}, .NET {Environment.Version}, "
                + $"{System.Runtime.InteropServices.RuntimeInformation.RuntimeIdentifier}",
            Kernels = (_accelerator ? GpuKernels.WhyNot(LibTorch.DeviceNamed(device)) : CpuKernels.WhyNot) ?? "the library's own",
        };
    }

    /// <summary>One forward pass that a profiler sees, after two that it does not.</summary>
    public void Profiled()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        IBaseClassifier classifier = new DenoisedClassifier(pair.Denoiser, pair.Classifier);
        Tensor noisy = rand([batch, .. pair.Images[0].shape[^3..]]).to(LibTorch.DeviceNamed(device));
        NoiseContext noise = new(pair.Sigma);
        for (int i = 0; i < 2; i++)
            classifier.Score(noisy, noise).Dispose();
        KernelProfile.Seen(() => classifier.Score(noisy, noise).Dispose());
    }

    // The runtime compiles what is called often once more, beside the work, in the first seconds, and small batches on a card wait for the
    // host: their rate rose by half from the first round to the last. So it goes on until nothing has been compiled for half a second.
    private void WarmUp()
    {
        Stopwatch watch = Stopwatch.StartNew(), quiet = Stopwatch.StartNew();
        long compiled = -1;
        do
        {
            Predict(pair.Denoiser, pair.Classifier, 1);
            long now = JitInfo.GetCompiledMethodCount();
            if (now != compiled)
                quiet.Restart();
            compiled = now;
        }
        while (quiet.Elapsed < s_quiet && watch.Elapsed < s_longestWarmUp);
    }

    /// <summary>Milliseconds that the host needs to ask a card for one pass, without waiting for it.</summary>
    private double Host()
    {
        using IDisposable inference = inference_mode();
        using Tensor noisy = rand([batch, .. pair.Images[0].shape[^3..]]).to(LibTorch.DeviceNamed(device));
        DenoisedClassifier classifier = new(pair.Denoiser, pair.Classifier);
        NoiseContext noise = new(pair.Sigma);
        List<double> times = [];
        // From the thread of this call, on which cuDNN has to make its plans again: the first are dropped.
        for (int i = 0; i < 15; i++)
        {
            cuda.synchronize();
            Stopwatch watch = Stopwatch.StartNew();
            classifier.Score(noisy, noise).Dispose();
            if (i >= 5)
                times.Add(watch.Elapsed.TotalMilliseconds);
        }

        cuda.synchronize();
        return Median(times);
    }

    /// <summary>Seconds of a prediction of so many batches.</summary>
    private double Predict(IDenoiser denoiser, IClassifier classifier, int batches)
    {
        SmoothedClassifier smoothed = new(
            denoiser, classifier, pair.Sigma, new CohenCertifier(predictN: (long)batches * batch), new SmoothingOptions
            {
                Batch = batch,
                PredictSeed = 1,
                Devices = [device],
            });
        Stopwatch watch = Stopwatch.StartNew();
        smoothed.Predict(pair.Images[0]);
        return watch.Elapsed.TotalSeconds;
    }

    private double? Resize()
    {
        if (pair.Classifier.ResizeTo is not { } size)
            return null;
        using IDisposable inference = inference_mode();
        using Tensor rows = rand([batch, .. pair.Images[0].shape], device: LibTorch.DeviceNamed(device));
        return Best(() => ModuleClassifier.Resize(rows, size.Height, size.Width).Dispose());
    }

    private double Noise()
    {
        float[] image = pair.Images[0].data<float>().ToArray();
        float[][] rows = [.. Enumerable.Range(0, batch).Select(_ => new float[image.Length])];
        GridGaussianNoise noise = new(pair.Sigma);
        return Best(() =>
            Parallel.For(0, batch, row => noise.AddTo(1, new NoiseCoordinate(0, 0, VotePhase.Estimation, row), image, rows[row])));
    }

    private double Best(Action action) => Enumerable.Range(0, 5).Select(_ =>
    {
        Stopwatch watch = Stopwatch.StartNew();
        action();
        if (_accelerator)
            cuda.synchronize();
        return watch.Elapsed.TotalMilliseconds / batch;
    }).Min();

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
