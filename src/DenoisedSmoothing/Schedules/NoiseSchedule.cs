using System.Globalization;

namespace DenoisedSmoothing.Schedules;

/// <summary>A table of alpha-bar and the two lookups that denoising needs; the common part of all schedules.</summary>
/// <remarks>Timesteps count from 0. Immutable and safe for concurrent use.</remarks>
public abstract class NoiseSchedule : INoiseSchedule
{
    private readonly double[] _alphaBar;
    private readonly double[] _noiseToSignal;

    /// <summary>Takes a table, which the caller must not change afterwards.</summary>
    private protected NoiseSchedule(double[] alphaBar)
    {
        RequireDecreasing(alphaBar);
        _alphaBar = alphaBar;
        _noiseToSignal = Array.ConvertAll(alphaBar, a => Math.Sqrt((1 - a) / a));
    }

    /// <inheritdoc/>
    public int TimestepCount => _alphaBar.Length;

    /// <summary>The largest noise-to-signal ratio that the schedule reaches, at its last timestep.</summary>
    public double MaxNoiseToSignal => _noiseToSignal[^1];

    /// <inheritdoc/>
    public double AlphaBar(int timestep) => (uint)timestep < (uint)_alphaBar.Length
        ? _alphaBar[timestep]
        : throw new ArgumentOutOfRangeException(nameof(timestep), timestep, $"A timestep of this schedule is in [0, {_alphaBar.Length}).");

    /// <inheritdoc/>
    public int TimestepFor(double noiseToSignal)
    {
        RequireReachable(noiseToSignal);
        return FirstAtLeast(noiseToSignal, from: 1);
    }

    /// <inheritdoc/>
    public double ContinuousTimestep(double noiseToSignal)
    {
        RequireReachable(noiseToSignal);
        if (noiseToSignal <= _noiseToSignal[0])
            return 0;

        int above = FirstAtLeast(noiseToSignal, from: 1);
        double low = _noiseToSignal[above - 1], high = _noiseToSignal[above];
        return above - 1 + Math.Log(noiseToSignal / low) / Math.Log(high / low);
    }

    /// <summary>alpha-bar from betas: the running product of 1 - beta, in double precision, as in the reference.</summary>
    private protected static double[] AlphaBarOf(double[] betas)
    {
        var alphaBar = new double[betas.Length];
        double product = 1;
        for (int t = 0; t < betas.Length; t++)
            alphaBar[t] = product *= 1 - betas[t];
        return alphaBar;
    }

    private int FirstAtLeast(double noiseToSignal, int from)
    {
        int t = from;
        while (_noiseToSignal[t] < noiseToSignal)
            t++;
        return t;
    }

    private void RequireReachable(double noiseToSignal)
    {
        if (!(noiseToSignal >= 0))
            throw new ArgumentOutOfRangeException(nameof(noiseToSignal), noiseToSignal, "A noise-to-signal ratio is 0 or more.");
        if (noiseToSignal > MaxNoiseToSignal)
        {
            throw new ArgumentOutOfRangeException(nameof(noiseToSignal), noiseToSignal, string.Create(CultureInfo.InvariantCulture,
                $"The schedule reaches a noise-to-signal ratio of {MaxNoiseToSignal:G6} at most, at timestep {TimestepCount - 1}."));
        }
    }

    private static void RequireDecreasing(double[] alphaBar)
    {
        if (alphaBar.Length < 2)
            throw new ArgumentException($"A schedule needs at least two timesteps, got {alphaBar.Length}.", nameof(alphaBar));
        double last = 1;
        for (int t = 0; t < alphaBar.Length; t++)
        {
            if (!(alphaBar[t] > 0 && alphaBar[t] < last))
            {
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                    $"alpha-bar must decrease strictly within (0,1): it is {alphaBar[t]:R} at timestep {t}, after {last:R}."),
                        nameof(alphaBar));
            }
            last = alphaBar[t];
        }
    }
}
