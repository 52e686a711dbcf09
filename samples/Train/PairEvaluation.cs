using System.Globalization;
using DenoisedSmoothing.Votes;
using DenoisedSmoothing;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Noise;
using TorchSharp;
using static TorchSharp.torch;

namespace Train;

/// <summary>One-draw accuracy over a data set: what the paper's Tables 4 and 5 call clean accuracy on denoised images.</summary>
internal static class PairEvaluation
{
    private const int Batch = 250;

    public static void Run(LabeledImages images, string? folder, double[] sigmas, CancellationToken cancellationToken)
    {
        using FashionMnistPair pair = folder is null ? FashionMnistPair.Load() : FashionMnistPair.LoadFrom(
            Path.Combine(folder, PairTraining.DenoiserFile), Path.Combine(folder, PairTraining.ClassifierFile));
        Print("clean", Accuracy(images, pair.Classifier, x => x.alias(), cancellationToken));
        foreach (double sigma in sigmas)
        {
            NoiseContext noise = new(sigma);
            long drawn = 0;
            Print(FormattableString.Invariant($"sigma {sigma} noisy"),
                Accuracy(images, pair.Classifier, x => Noisy(x, sigma, ref drawn), cancellationToken));
            drawn = 0;
            Print(FormattableString.Invariant($"sigma {sigma} denoised"),
                Accuracy(images, pair.Classifier, x => pair.Denoiser.Denoise(Noisy(x, sigma, ref drawn), noise), cancellationToken));
        }
    }

    private static double Accuracy(LabeledImages images, IClassifier classifier, Func<Tensor, Tensor> prepare,
        CancellationToken cancellationToken)
    {
        long correct = 0;
        for (int start = 0; start < images.Count; start += Batch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            using IDisposable inference = inference_mode();
            int[] indices = [.. Enumerable.Range(start, Math.Min(Batch, images.Count - start))];
            Tensor votes = classifier.Classify(prepare(images.Images(indices))).argmax(1);
            correct += votes.eq(images.Labels(indices)).sum().item<long>();
        }

        return (double)correct / images.Count;
    }

    // Image i gets sample i of seed 1, whatever the batch.
    private static Tensor Noisy(Tensor images, double sigma, ref long drawn)
    {
        float[] clean = images.data<float>().ToArray(), noisy = new float[clean.Length];
        int length = (int)(images.numel() / images.shape[0]);
        FloatGaussianNoise noise = new(sigma); // what the documented accuracies were measured with
        for (int row = 0; row < images.shape[0]; row++)
            noise.AddTo(1, new NoiseCoordinate(0, drawn++, VotePhase.Prediction, 0), clean.AsSpan(row * length, length),
                noisy.AsSpan(row * length, length));
        return tensor(noisy, images.shape);
    }

    private static void Print(string what, double accuracy) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-22} {100 * accuracy:F2}%"));
}
