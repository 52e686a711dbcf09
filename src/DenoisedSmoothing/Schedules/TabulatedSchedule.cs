namespace DenoisedSmoothing.Schedules;

/// <summary>Any schedule, given as its table of alpha-bar.</summary>
/// <param name="alphaBar">alpha-bar of each timestep from 0 on: at least two values, strictly decreasing within (0,1). Copied.</param>
/// <exception cref="ArgumentException">The table is too short, leaves (0,1) or does not decrease; the message names the
/// timestep.</exception>
public sealed class TabulatedSchedule(IEnumerable<double> alphaBar)
    : NoiseSchedule([.. alphaBar ?? throw new ArgumentNullException(nameof(alphaBar))]);
