using DenoisedSmoothing.Noise;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Tool;

/// <summary>One noisy copy of each of several images: an image's is sample 0 of its own index, whatever the batch.</summary>
internal static class NoisyBatch
{
    /// <summary>Draws the copies.</summary>
    /// <param name="clean">float32 [N,C,H,W] in [0,1] on the CPU.</param>
    /// <param name="indices">The images' indices in their data set.</param>
    /// <param name="sigma">The noise per pixel.</param>
    /// <param name="seed">The noise key.</param>
    /// <param name="device">Where the copies go.</param>
    /// <returns>The copies, and what a denoiser is told of them.</returns>
    public static (Tensor Noisy, NoiseContext Context) Draw(Tensor clean, IReadOnlyList<int> indices, double sigma, ulong seed,
        Device device)
    {
        long[] shape = clean.shape;
        int length = (int)(clean.numel() / shape[0]);
        FloatGaussianNoise noise = new(sigma);
        float[] values = clean.contiguous().data<float>().ToArray(), noisy = new float[values.Length];
        for (int row = 0; row < indices.Count; row++)
            noise.AddTo(seed, At(0, indices[row]), values.AsSpan(row * length, length), noisy.AsSpan(row * length, length));

        // A denoiser is told what a certificate would tell it: never more noise than was drawn.
        NoiseContext context = new(noise.Level.Certified, stream =>
        {
            float[] normals = new float[values.Length];
            for (int row = 0; row < indices.Count; row++)
                GaussianNoise.Fill(seed, At(stream, indices[row]), normals.AsSpan(row * length, length));
            return tensor(normals, shape).to(device);
        });
        return (tensor(noisy, shape).to(device), context);
    }

    private static NoiseCoordinate At(int stream, int index) => new(stream, index, VotePhase.Prediction, 0);
}
