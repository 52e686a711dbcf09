using System.Globalization;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Presets;

namespace DenoisedSmoothing.Tool;

/// <summary>The noise levels for which a denoiser is trained: all, some, or a range, in sigma.</summary>
/// <param name="Sigmas">Single levels; empty for none.</param>
/// <param name="Range">A range; null for none.</param>
internal sealed record NoiseLevels(IReadOnlyList<double> Sigmas, SigmaInterval? Range)
{
    /// <summary>
    /// The timesteps of a schedule for these levels: t* of each sigma, and for a range all from the first's to the last's.
    /// </summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="last">The highest timestep of full training.</param>
    public TimestepSet Timesteps(INoiseSchedule schedule, int last)
    {
        if (Sigmas.Count > 0)
            return TimestepSet.Of(Sigmas.Select(sigma => Timestep(schedule, sigma)));
        return Range is { } range
            ? TimestepSet.Range(range.First == 0 ? 0 : Timestep(schedule, range.First), Timestep(schedule, range.Last))
            : TimestepSet.Range(0, last);
    }

    private static int Timestep(INoiseSchedule schedule, double sigma)
    {
        double last = schedule.AlphaBar(schedule.TimestepCount - 1), largest = SymmetricPixels.Sigma(Math.Sqrt((1 - last) / last));
        return sigma <= largest
            ? schedule.TimestepFor(SymmetricPixels.NoiseToSignal(sigma))
            : throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture, $"The network's noise levels end at sigma {largest:G6}; {sigma} is beyond."));
    }
}
