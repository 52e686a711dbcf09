using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing;

/// <summary>
/// One-shot denoising with a diffusion model (Carlini et al. 2022, Algorithm 1): the network predicts the noise once, at the timestep t*
/// whose noise-to-signal ratio is the first not below 2 sigma, and the clean image follows in closed form.
/// </summary>
/// <remarks>
/// The network lives in [-1,1], pixels in [0,1]: the paper's factor 2 is here and nowhere else. Rounding t* up can cost accuracy, never
/// soundness, since the noise drawn is exactly sigma. Safe for concurrent use where the network is.
/// </remarks>
public sealed class OneShotDenoiser : IDenoiser, IFingerprinted, ISigmaLimited
{
    private readonly nn.IModule<Tensor, Tensor, Tensor> _network;
    private readonly INoiseSchedule _schedule;
    private readonly double _timestepScale;
    private readonly Lazy<string> _fingerprint;

    /// <summary>Wraps a noise-predicting network.</summary>
    /// <param name="network">Takes x_t [N,C,H,W] and timesteps [N]; returns [N,C,H,W], or [N,2C,H,W] where the variance was learned too
    /// (unused here). Put in evaluation mode; not disposed.</param>
    /// <param name="schedule">The schedule that the network was trained with.</param>
    /// <param name="timestepScale">The network is fed t times this: 1000/T for networks trained with rescaled timesteps (1/4 for the paper's
    /// CIFAR-10 model), else 1.</param>
    /// <param name="lastTimestep">The highest timestep that the network was trained for; null for all of the schedule's.</param>
    /// <exception cref="ArgumentOutOfRangeException">The scale is not finite and positive, or the timestep is not one of the schedule's.</exception>
    public OneShotDenoiser(nn.IModule<Tensor, Tensor, Tensor> network, INoiseSchedule schedule, double timestepScale = 1, int? lastTimestep = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(schedule);
        if (!(timestepScale > 0) || double.IsInfinity(timestepScale))
            throw new ArgumentOutOfRangeException(nameof(timestepScale), timestepScale, "The timestep scale must be finite and above 0.");
        (_network, _schedule, _timestepScale) = (network, schedule, timestepScale);
        if (lastTimestep < 1)
            throw new ArgumentOutOfRangeException(nameof(lastTimestep), lastTimestep, "The last timestep must be at least 1, the lowest that is ever asked for.");
        double last = schedule.AlphaBar(lastTimestep ?? schedule.TimestepCount - 1);
        LargestSigma = Math.Sqrt((1 - last) / last) / 2;
        (network as nn.Module)?.eval();
        _fingerprint = new(() => string.Create(CultureInfo.InvariantCulture,
            $"one-shot({ModuleFingerprint.Of(network)};{ModuleFingerprint.Of(schedule)};scale={timestepScale})"));
    }

    /// <inheritdoc/>
    public double LargestSigma { get; }

    /// <inheritdoc/>
    public string Fingerprint => _fingerprint.Value;

    /// <summary>The timestep t* at which the network is asked.</summary>
    /// <param name="sigma">The noise in [0,1] pixel space.</param>
    /// <exception cref="ArgumentOutOfRangeException">Sigma is beyond <see cref="LargestSigma"/>.</exception>
    public int TimestepFor(double sigma) => sigma <= LargestSigma
        ? _schedule.TimestepFor(2 * sigma)
        : throw new ArgumentOutOfRangeException(nameof(sigma), sigma, $"Sigma is beyond the network's noisiest timestep, which is sigma {LargestSigma:G6}.");

    /// <inheritdoc/>
    public Tensor Denoise(Tensor noisy, NoiseContext noise)
    {
        ArgumentNullException.ThrowIfNull(noisy);
        ArgumentNullException.ThrowIfNull(noise);
        using DisposeScope scope = NewDisposeScope();
        int timestep = TimestepFor(noise.Sigma);
        double alphaBar = _schedule.AlphaBar(timestep);
        Tensor scaled = noisy.mul(2).sub_(1).mul_(Math.Sqrt(alphaBar));
        Tensor timesteps = full(noisy.shape[0], timestep * _timestepScale, ScalarType.Float32, noisy.device);
        Tensor output = _network.call(scaled, timesteps);
        CheckShape(output.shape, noisy.shape);
        Tensor epsilon = output.narrow(1, 0, noisy.shape[1]);
        Tensor clean = scaled.div_(Math.Sqrt(alphaBar)).sub_(epsilon.mul(Math.Sqrt(1 / alphaBar - 1))).clamp_(-1, 1);
        return clean.add_(1).div_(2).MoveToOuterDisposeScope();
    }

    // Broadcasting would take other shapes without a word.
    private static void CheckShape(long[] output, long[] noisy)
    {
        long[] learned = [noisy[0], 2 * noisy[1], .. noisy[2..]];
        if (!output.SequenceEqual(noisy) && !output.SequenceEqual(learned))
        {
            throw new InvalidOperationException(
                $"For images [{string.Join(',', noisy)}] the network must return [{string.Join(',', noisy)}], or [{string.Join(',', learned)}] with a learned variance; it returned [{string.Join(',', output)}].");
        }
    }
}
