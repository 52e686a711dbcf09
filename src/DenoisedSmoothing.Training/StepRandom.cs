using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training;

/// <summary>
/// The random numbers of one training step, a function of only seed and step: draws in one step do not affect the next, so resumed training
/// continues exactly. They have nothing to do with the noise of certificates.
/// </summary>
/// <remarks>
/// Draws in one step follow one another: the n-th call gives the same numbers again under the same seed, step and shapes, on every device,
/// since they are made on the CPU. Virtual so that a test can give an objective exactly the noise of a reference.
/// </remarks>
public class StepRandom : IDisposable
{
    private const int Noise = 3, Inner = 1000; // numbers of streams; see StepSeed

    private readonly int _seed;
    private readonly int _step;
    private readonly Generator _generator;

    /// <summary>The random numbers of a step.</summary>
    /// <param name="seed">The training's seed.</param>
    /// <param name="step">The number of finished steps.</param>
    public StepRandom(int seed, int step)
    {
        (_seed, _step) = (seed, step);
        _generator = new Generator((ulong)StepSeed.Of(seed, step, Noise));
    }

    /// <summary>Fresh standard normals.</summary>
    /// <param name="like">The tensor whose shape, device and type they get.</param>
    public virtual Tensor Normal(Tensor like)
    {
        ArgumentNullException.ThrowIfNull(like);
        return randn(like.shape, ScalarType.Float32, generator: _generator).to(like.dtype, like.device);
    }

    /// <summary>Fresh numbers, uniform in [0,1).</summary>
    /// <param name="count">How many.</param>
    /// <param name="device">The target device.</param>
    /// <returns>float32 [count].</returns>
    public virtual Tensor Uniform(long count, Device device) => rand(count, ScalarType.Float32, generator: _generator).to(device);

    /// <summary>A fresh seed, for noise drawn by another generator.</summary>
    public virtual ulong Seed()
    {
        using Tensor halves = rand(2, ScalarType.Float64, generator: _generator).mul_(Kept(Math.ScaleB(1, 32)));
        double[] values = halves.data<double>().ToArray();
        return (ulong)values[0] << 32 | (ulong)values[1];
    }

    /// <summary>What a denoiser may know about noisy images of this step, with separate inner draws for a stochastic one.</summary>
    /// <param name="sigma">The noise per pixel, in [0,1] pixel space.</param>
    /// <param name="noisy">The noisy images.</param>
    public virtual NoiseContext NoiseContext(double sigma, Tensor noisy) => new(sigma, stream =>
    {
        using Generator inner = new((ulong)StepSeed.Of(_seed, _step, Inner + stream));
        return randn(noisy.shape, ScalarType.Float32, generator: inner).to(noisy.device);
    });

    /// <summary>Frees the generator.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the generator.</summary>
    /// <param name="disposing">Whether it was requested, rather than done by the finalizer.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
            _generator.Dispose();
    }
}
