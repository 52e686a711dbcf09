namespace DenoisedSmoothing.Schedules;

/// <summary>The cosine schedule of improved-diffusion:
/// alpha-bar follows cos^2((u + s)/(1 + s) pi/2), u = t / T, s = 0.008, with every beta at most 0.999.</summary>
/// <remarks>openai/improved-diffusion, gaussian_diffusion.py, betas_for_alpha_bar; the CIFAR-10 model of the paper has T = 4000.</remarks>
public sealed class CosineSchedule : NoiseSchedule
{
    private const double Offset = 0.008;
    private const double MaxBeta = 0.999;

    /// <summary>Makes the schedule.</summary>
    /// <param name="timestepCount">T, 2 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">T is below 2.</exception>
    public CosineSchedule(int timestepCount = 4000)
        : base(AlphaBarOf(Betas(timestepCount)))
    {
    }

    /// <summary>The paper's equation 5: the real-valued t at which the schedule's formula has a noise-to-signal ratio.</summary>
    /// <remarks>
    /// Carlini et al. 2022, equation 5: t = T (1 - 2 (1 + s)/pi arcsin(cos(pi s / (2 (1 + s))) / sqrt(1 + ratio^2))), where the ratio
    /// is 2 sigma for pixels in [0,1]. Its t counts from 1: the 0-based timestep at or above the level is ceil(t - 1), which
    /// <see cref="INoiseSchedule.TimestepFor"/> looks up in the table. The formula does not include the cap on beta, so it has no upper
    /// limit.
    /// </remarks>
    /// <param name="noiseToSignal">sigma over signal in the network's space, 0 or more.</param>
    /// <param name="timestepCount">T, 1 or more.</param>
    /// <returns>t in [0, T].</returns>
    /// <exception cref="ArgumentOutOfRangeException">The ratio is negative or NaN, or T is below 1.</exception>
    public static double ClosedFormTimestep(double noiseToSignal, int timestepCount = 4000)
    {
        if (!(noiseToSignal >= 0))
            throw new ArgumentOutOfRangeException(nameof(noiseToSignal), noiseToSignal, "A noise-to-signal ratio is 0 or more.");
        ArgumentOutOfRangeException.ThrowIfLessThan(timestepCount, 1);
        double start = Math.Cos(Math.PI / 2 * Offset / (1 + Offset));
        double angle = Math.Asin(start / Math.Sqrt(1 + noiseToSignal * noiseToSignal));
        return Math.Max(0, timestepCount * (1 - 2 * (1 + Offset) / Math.PI * angle)); // rounding must not show a level below the first
    }

    private static double[] Betas(int timestepCount)
    {
        if (timestepCount < 2)
            throw new ArgumentOutOfRangeException(nameof(timestepCount), timestepCount, "A cosine schedule needs at least 2 timesteps.");
        var betas = new double[timestepCount];
        for (int i = 0; i < timestepCount; i++)
            betas[i] = Math.Min(1 - Formula((i + 1.0) / timestepCount) / Formula((double)i / timestepCount), MaxBeta);
        return betas;
    }

    private static double Formula(double u)
    {
        double cos = Math.Cos((u + Offset) / (1 + Offset) * Math.PI / 2);
        return cos * cos;
    }
}
