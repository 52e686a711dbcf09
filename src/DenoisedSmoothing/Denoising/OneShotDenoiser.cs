using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing;

/// <summary>
/// One-shot denoising with a diffusion model (Carlini et al. 2022, Algorithm 1): the network is asked once, at the timestep t* whose
/// noise-to-signal ratio is the first not below 2 sigma, and the clean image follows in closed form.
/// </summary>
/// <remarks>
/// The network lives in [-1,1], pixels in [0,1]: the paper's factor 2 is here and nowhere else. Rounding t* up can cost accuracy, never
/// soundness, since the noise drawn is exactly sigma. Safe for concurrent use where the network is.
/// </remarks>
public sealed class OneShotDenoiser : IDenoiser, IFingerprinted, ISigmaLimited, IDisposable
{
    private readonly nn.IModule<Tensor, Tensor, Tensor> _network;
    private readonly INoiseSchedule _schedule;
    private readonly double _timestepScale;
    private readonly Parametrization _parametrization;
    private readonly bool _disposeNetwork;

    /// <summary>Wraps a diffusion network.</summary>
    /// <param name="network">Takes x_t [N,C,H,W] and timesteps [N]; returns [N,C,H,W], or [N,2C,H,W] where the variance was learned too
    /// (unused here). Put in evaluation mode.</param>
    /// <param name="schedule">The schedule that the network was trained with.</param>
    /// <param name="timestepScale">The network is fed t times this: 1000/T for networks trained with rescaled timesteps (1/4 for the paper's
    /// CIFAR-10 model), else 1.</param>
    /// <param name="lastTimestep">The highest timestep that the network was trained for; null for all of the schedule's.</param>
    /// <param name="parametrization">What the network was trained to predict.</param>
    /// <param name="disposeNetwork">Whether <see cref="Dispose"/> frees the network too, where it can be.</param>
    /// <exception cref="ArgumentOutOfRangeException">The scale is not finite and positive, the timestep is not one of the schedule's, or the
    /// parametrisation is none of the three.</exception>
    public OneShotDenoiser(
        nn.IModule<Tensor, Tensor, Tensor> network, INoiseSchedule schedule, double timestepScale = 1, int? lastTimestep = null,
        Parametrization parametrization = Parametrization.Epsilon, bool disposeNetwork = false)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(schedule);
        if (!(timestepScale > 0) || double.IsInfinity(timestepScale))
            throw new ArgumentOutOfRangeException(nameof(timestepScale), timestepScale, "The timestep scale must be finite and above 0.");
        if (lastTimestep < 1)
            throw new ArgumentOutOfRangeException(nameof(lastTimestep), lastTimestep, "The last timestep must be at least 1, the lowest that is ever asked for.");
        if (!Enum.IsDefined(parametrization))
            throw new ArgumentOutOfRangeException(nameof(parametrization), parametrization, "The parametrisation is Epsilon, X0 or V.");
        (_network, _schedule, _timestepScale, _parametrization, _disposeNetwork) = (network, schedule, timestepScale, parametrization, disposeNetwork);
        double last = schedule.AlphaBar(lastTimestep ?? schedule.TimestepCount - 1);
        LargestSigma = Math.Sqrt((1 - last) / last) / 2;
        (network as nn.Module)?.eval();
    }

    /// <inheritdoc/>
    public double LargestSigma { get; }

    /// <inheritdoc/>
    public string Fingerprint => string.Create(CultureInfo.InvariantCulture,
        $"one-shot({ModuleFingerprint.Of(_network)};{ModuleFingerprint.Of(_schedule)};scale={_timestepScale};{_parametrization})");

    /// <inheritdoc/>
    public string Precision => ModuleFingerprint.PrecisionOf(_network);

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
        EvaluationMode.Require(_network);
        using DisposeScope scope = NewDisposeScope();
        int timestep = TimestepFor(noise.Sigma);
        double alphaBar = _schedule.AlphaBar(timestep);
        Tensor scaled = noisy.mul(2).sub_(1).mul_(Math.Sqrt(alphaBar));
        Tensor timesteps = full(noisy.shape[0], timestep * _timestepScale, ScalarType.Float32, noisy.device);
        Tensor output = _network.call(scaled, timesteps);
        CheckShape(output.shape, noisy.shape);
        Tensor clean = Clean(scaled, output.narrow(1, 0, noisy.shape[1]), alphaBar).clamp_(-1, 1);
        return clean.add_(1).div_(2).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the network where the constructor was told to; otherwise it is the caller's.</summary>
    public void Dispose()
    {
        if (_disposeNetwork)
            (_network as IDisposable)?.Dispose();
    }

    // May overwrite x_t, which is ours, once the output is read, which may be x_t; never the output, which a network may keep.
    private Tensor Clean(Tensor noisy, Tensor output, double alphaBar)
    {
        switch (_parametrization)
        {
            case Parametrization.X0:
                return output.clone();
            case Parametrization.V:
                Tensor along = output.mul(Math.Sqrt(1 - alphaBar));
                return noisy.mul_(Math.Sqrt(alphaBar)).sub_(along);
            default:
                Tensor noise = output.mul(Math.Sqrt(1 / alphaBar - 1));
                return noisy.div_(Math.Sqrt(alphaBar)).sub_(noise);
        }
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
