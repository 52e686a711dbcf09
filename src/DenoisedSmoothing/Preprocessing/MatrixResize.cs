using System.Collections.Concurrent;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Preprocessing;

/// <summary>
/// Bicubic resizing with antialiasing as two matrix products, for GPUs: libtorch's own kernel takes five times as long there. The values
/// equal libtorch's up to float32 rounding.
/// </summary>
internal static class MatrixResize
{
    private static readonly ConcurrentDictionary<(int From, int To, string Device), Lazy<Tensor>> s_weights = new();

    /// <summary>Resizes images.</summary>
    /// <param name="images">float32 [N,C,H,W].</param>
    /// <param name="height">The new H.</param>
    /// <param name="width">The new W.</param>
    /// <returns>[N,C,height,width], contiguous.</returns>
    public static Tensor Resize(Tensor images, int height, int width)
    {
        using DisposeScope scope = NewDisposeScope();
        long n = images.size(0), channels = images.size(1), from = images.size(2), across = images.size(3);
        Tensor down = Weights((int)from, height, images.device), right = Weights((int)across, width, images.device);
        // Down first, while the image is still small: the second product's result then has the wanted layout.
        Tensor tall = images.transpose(2, 3).reshape(-1, from).matmul(down).reshape(n, channels, across, height).transpose(2, 3);
        return tall.reshape(-1, across).matmul(right).reshape(n, channels, height, width).MoveToOuterDisposeScope();
    }

    // [from,to], kept: a copy for every batch would make the host wait for the card.
    private static Tensor Weights(int from, int to, Device device) => s_weights.GetOrAdd((from, to, device.ToString()), _ => new(() =>
    {
        using IDisposable normal = inference_mode(false); // outlives the caller's
        float[,] weights = new float[from, to];
        (int First, double[] Weights)[] taps = ResizeTaps.Of(from, to, Resampling.Bicubic);
        for (int x = 0; x < to; x++)
        {
            for (int i = 0; i < taps[x].Weights.Length; i++)
                weights[taps[x].First + i, x] = (float)taps[x].Weights[i];
        }

        return tensor(weights, device: device).DetachFromDisposeScope();
    })).Value;
}
