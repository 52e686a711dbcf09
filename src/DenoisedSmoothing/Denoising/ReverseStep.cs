namespace DenoisedSmoothing.Denoising;

/// <summary>
/// One step of the reverse process q(x_s | x_t, x_0), from a timestep t to the next kept one s (Ho et al. 2020, equations 6 and 7, with
/// beta = 1 - abar_t / abar_s).
/// </summary>
/// <param name="Timestep">t, at which the network is called.</param>
/// <param name="OfX0">The clean image's share in the mean.</param>
/// <param name="OfXt">x_t's share in the mean.</param>
/// <param name="LogBeta">The upper bound on the logarithm of the variance.</param>
/// <param name="LogPosterior">The lower bound: the posterior's variance, "fixed small".</param>
internal readonly record struct ReverseStep(int Timestep, double OfX0, double OfXt, double LogBeta, double LogPosterior)
{
    /// <summary>The step from t to s.</summary>
    public static ReverseStep Between(INoiseSchedule schedule, int t, int s)
    {
        double current = schedule.AlphaBar(t), previous = schedule.AlphaBar(s);
        double alpha = current / previous, beta = 1 - alpha;
        return new ReverseStep(
            t, beta * Math.Sqrt(previous) / (1 - current), (1 - previous) * Math.Sqrt(alpha) / (1 - current),
            Math.Log(beta), Math.Log(beta * (1 - previous) / (1 - current)));
    }

    /// <summary>
    /// The timesteps at which the network is called, in decreasing order. Counted from 1, as in DensePure, they are start + 1 and its
    /// multiples by (count - i) / count, rounded: all of them for count = start + 1, only the start for 1.
    /// </summary>
    public static int[] Timesteps(int start, int? steps)
    {
        int count = Math.Min(steps ?? int.MaxValue, start + 1);
        double stride = (start + 1.0) / count;
        return [.. Enumerable.Range(0, count).Select(i => (int)Math.Round(start + 1 - i * stride) - 1)];
    }
}
