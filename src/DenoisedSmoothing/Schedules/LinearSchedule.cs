namespace DenoisedSmoothing.Schedules;

/// <summary>The linear schedule of DDPM and guided-diffusion: beta from 1e-4 s to 0.02 s in equal steps, s = 1000 / T.</summary>
/// <remarks>openai/improved-diffusion, gaussian_diffusion.py, get_named_beta_schedule("linear");
/// the ImageNet model of the paper has T = 1000.</remarks>
public sealed class LinearSchedule : NoiseSchedule
{
    /// <summary>Makes the schedule.</summary>
    /// <param name="timestepCount">T, above 20 (below, the last beta would reach 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">T is 20 or less.</exception>
    public LinearSchedule(int timestepCount = 1000)
        : base(AlphaBarOf(Betas(timestepCount)))
    {
    }

    private static double[] Betas(int timestepCount)
    {
        if (timestepCount <= 20)
            throw new ArgumentOutOfRangeException(nameof(timestepCount), timestepCount, "A linear schedule needs more than 20 timesteps.");
        double scale = 1000.0 / timestepCount, first = 1e-4 * scale, last = 0.02 * scale;
        double step = (last - first) / (timestepCount - 1);
        var betas = new double[timestepCount];
        for (int i = 0; i < timestepCount; i++)
            betas[i] = first + i * step;
        return betas;
    }
}
