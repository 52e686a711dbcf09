using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Votes;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Experiments;

/// <summary>One noisy copy of each of several images: for looking at denoisers, not for certificates.</summary>
public static class NoisyCopies
{
    /// <summary>
    /// Draws the copies: an image's copy is sample 0 of its own index, so that it is the same whatever else is in the batch.
    /// </summary>
    /// <param name="clean">float32 [N,C,H,W] in [0,1] on the CPU.</param>
    /// <param name="indices">The images' indices in their data set, N of them.</param>
    /// <param name="sigma">The noise per pixel, in [0,1] pixel space; finite, above 0.</param>
    /// <param name="seed">The noise key.</param>
    /// <param name="device">The target device.</param>
    /// <param name="cancellationToken">What the context is cancelled with.</param>
    /// <returns>The copies, shaped like the images and owned by the current scope, and what a denoiser is told about them.</returns>
    /// <exception cref="ArgumentException">The numbers of indices and images differ, or sigma is not finite and above 0.</exception>
    public static (Tensor Noisy, NoiseContext Context) Draw(
        Tensor clean, IReadOnlyList<int> indices, double sigma, ulong seed, Device device, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(clean);
        ArgumentNullException.ThrowIfNull(indices);
        long[] shape = clean.shape;
        if (shape.Length != 4 || shape[0] != indices.Count || indices.Count == 0)
            throw new ArgumentException($"{indices.Count} indices are given for images [{string.Join(',', shape)}].", nameof(indices));
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
        })
        {
            CancellationToken = cancellationToken,
        };
        return (tensor(noisy, shape).to(device), context);
    }

    private static NoiseCoordinate At(int stream, int index) => new(stream, index, VotePhase.Prediction, 0);
}
