namespace DenoisedSmoothing;

/// <summary>The noise levels of a diffusion model, in the network's own terms (images in [-1,1]).</summary>
/// <remarks>
/// At timestep t the network saw x_t = sqrt(abar_t) x_0 + sqrt(1 - abar_t) z with z standard normal, so the noise-to-signal
/// ratio is sqrt((1 - abar_t) / abar_t). Timesteps count from 0. Implementations are immutable and safe for concurrent use.
/// </remarks>
public interface INoiseSchedule
{
    /// <summary>The number of timesteps T.</summary>
    int TimestepCount { get; }

    /// <summary>alpha-bar at a timestep: the share of signal variance that remains, in (0,1), decreasing.</summary>
    /// <param name="timestep">0-based, below <see cref="TimestepCount"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The timestep is outside [0, <see cref="TimestepCount"/>).</exception>
    double AlphaBar(int timestep);

    /// <summary>The lowest timestep, never below 1, whose noise-to-signal ratio is at least the one given.</summary>
    /// <remarks>
    /// The lookup loop of ethz-privsec/diffusion_denoised_smoothing, cifar10/certify.py: a ceiling, and index 0 is never returned.
    /// </remarks>
    /// <param name="noiseToSignal">sigma over signal in the network's space; 2 sigma for pixels in [0,1].</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative, NaN, or above the last timestep's ratio.</exception>
    int TimestepFor(double noiseToSignal);

    /// <summary>
    /// The real-valued timestep of a noise-to-signal ratio, for samplers: interpolated in the ratio's logarithm, clamped at 0 below.
    /// </summary>
    /// <param name="noiseToSignal">Positive; at most the last timestep's ratio.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative, NaN, or above the last timestep's ratio.</exception>
    double ContinuousTimestep(double noiseToSignal);
}
