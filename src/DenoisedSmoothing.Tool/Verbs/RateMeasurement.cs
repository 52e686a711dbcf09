using System.Diagnostics;
using DenoisedSmoothing.Experiments;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Tool;

/// <summary>How fast noisy samples are processed, including noise and counting.</summary>
internal static class RateMeasurement
{
    private static readonly TimeSpan s_atLeast = TimeSpan.FromSeconds(3);

    /// <summary>Certifies a blank image of the models' size until enough time has passed.</summary>
    public static double SamplesPerSecond(ModelChoice choice, double sigma, int batch, CancellationToken cancellationToken)
    {
        using LoadedReplicas loaded = LoadedReplicas.Load(choice);
        long[] shape = choice.Pair switch
        {
            PairLoader.Bundled => [1, 28, 28],
            "imagenet" => [3, 224, 224],
            not null => [3, 32, 32],
            null => throw new ArgumentException("--measure needs --pair, which gives the images' size; otherwise give --rate."),
        };
        using Tensor blank = full(shape, Kept(0.5f));
        StrategyChoice strategy = new(null, null, null, 0.25, false);
        IReadOnlyList<BaseClassifierReplica> replicas =
            loaded.BaseClassifiers(models => Strategies.BaseClassifier(models, strategy, sigma));
        IBaseClassifier[] classifiers = [.. replicas.Select(static replica => replica.BaseClassifier)];
        SmoothingOptions options = new() { Batch = batch, Seed = 1, Devices = [.. replicas.Select(static replica => replica.Device)] };
        // As many batches as keep every device busy.
        long votes = 4L * batch * replicas.Count;
        // The first batch of each warms up.
        new SmoothedClassifier(classifiers, sigma, new CohenCertifier(n0: 1, n: votes / 4), options)
            .Certify(new(blank, 0), cancellationToken);
        SmoothedClassifier smoothed = new(classifiers, sigma, new CohenCertifier(n0: batch, n: votes), options);
        Stopwatch clock = Stopwatch.StartNew();
        long samples = 0;
        for (int image = 1; clock.Elapsed < s_atLeast; image++)
        {
            smoothed.Certify(new(blank, image), cancellationToken);
            samples += batch + votes;
        }

        return samples / clock.Elapsed.TotalSeconds;
    }
}
