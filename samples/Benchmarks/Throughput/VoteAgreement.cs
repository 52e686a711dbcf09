using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Kernels;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Votes;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Benchmarks;

/// <summary>How often a pair votes as it does by plain operations in float32 on the same noise.</summary>
internal static class VoteAgreement
{
    /// <summary>Compares votes on noisy copies of the pair's images, spread evenly.</summary>
    /// <returns>The share of equal votes.</returns>
    public static double Of(BenchmarkPair pair, BenchmarkPair reference, int votes, int batch, string device)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        IBaseClassifier ours = new DenoisedClassifier(pair.Denoiser, pair.Classifier), theirs =
            new DenoisedClassifier(reference.Denoiser, reference.Classifier);
        float[][] images = [.. pair.Images.Select(image => image.data<float>().ToArray())];
        GridGaussianNoise noise = new(pair.Sigma);
        NoiseContext context = new(pair.Sigma);
        long equal = 0;
        for (int done = 0; done < votes; done += batch)
        {
            using DisposeScope inner = NewDisposeScope();
            float[] values = new float[batch * images[0].Length];
            Parallel.For(0, batch, row =>
            {
                int index = (done + row) % images.Length;
                noise.AddTo(
                    1, new NoiseCoordinate(0, index, VotePhase.Estimation, (done + row) / images.Length), images[index],
                        values.AsSpan(row * images[0].Length, images[0].Length));
            });
            Tensor noisy = tensor(values, [batch, .. pair.Images[0].shape[^3..]], device: LibTorch.DeviceNamed(device));
            Tensor own = argmax(ours.Score(noisy, context), 1), plain = Plainly(() => argmax(theirs.Score(noisy, context), 1));
            equal += own.eq(plain).narrow(0, 0, Math.Min(batch, votes - done)).sum().item<long>();
        }

        return (double)equal / votes;
    }

    private static Tensor Plainly(Func<Tensor> pass)
    {
        (bool cpu, bool gpu) = (CpuKernels.Enabled, GpuKernels.Enabled);
        try
        {
            CpuKernels.Enabled = GpuKernels.Enabled = false;
            return pass();
        }
        finally
        {
            (CpuKernels.Enabled, GpuKernels.Enabled) = (cpu, gpu);
        }
    }
}
