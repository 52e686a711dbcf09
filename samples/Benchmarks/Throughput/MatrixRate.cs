using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Benchmarks;

/// <summary>How fast the device multiplies matrices, through the same library: what networks are compared with.</summary>
internal sealed class MatrixRate : IDisposable
{
    // Square, tall as many tokens are, and the transformer's own.
    private static readonly (int M, int K, int N)[] s_shapes = [(2048, 2048, 2048), (4096, 1024, 1024), (3152, 768, 768)];

    private readonly List<(Tensor X, Tensor W, double Work)> _products = [];
    private readonly Device _device;

    public MatrixRate(ScalarType precision, Device device)
    {
        _device = device;
        int scale = device.type == DeviceType.CUDA ? 4 : 1; // a GPU needs more to be busy
        foreach (var (m, k, n) in s_shapes)
        {
            using Tensor x = randn(m * scale, k * scale), w = randn(n * scale, k * scale);
            _products.Add((x.to(precision, device), w.to(precision, device), 2.0 * m * k * n * scale * scale * scale));
        }
    }

    /// <summary>The best of the shapes, each the best of five tries: GFLOP/s.</summary>
    public double Measure()
    {
        using IDisposable inference = inference_mode();
        return _products.Max(product => Enumerable.Range(0, 6).Select(_ =>
        {
            Stopwatch watch = Stopwatch.StartNew();
            nn.functional.linear(product.X, product.W).Dispose();
            if (_device.type == DeviceType.CUDA)
                cuda.synchronize();
            return product.Work / watch.Elapsed.TotalSeconds / 1e9;
        }).Max());
    }

    public void Dispose()
    {
        foreach (var (x, w, _) in _products)
        {
            x.Dispose();
            w.Dispose();
        }
    }
}
