using System.Globalization;

namespace DenoisedSmoothing.Training;

/// <summary>How the learning rate changes over a run, after warm-up. Immutable.</summary>
public sealed class LearningRateSchedule
{
    private readonly string _name;
    private readonly Func<int, int, int, double> _factor;

    private LearningRateSchedule(string name, Func<int, int, int, double> factor) => (_name, _factor) = (name, factor);

    /// <summary>It stays constant.</summary>
    public static LearningRateSchedule Constant { get; } = new("constant", (_, _, _) => 1);

    /// <summary>It falls to 0 along half a cosine over all steps.</summary>
    public static LearningRateSchedule Cosine { get; } = new("cosine", (step, steps, _) => 0.5 * (1 + Math.Cos(Math.PI * step / steps)));

    /// <summary>
    /// It rises linearly from 0, then falls along half a cosine to a fraction of its maximum: as for FT-CADIS and MAE, with a tenth of the
    /// run for the rise.
    /// </summary>
    /// <param name="warmup">The share of the run in which it rises, in [0,1).</param>
    /// <param name="floor">The fraction of the highest learning rate at which it ends, in [0,1].</param>
    public static LearningRateSchedule WarmCosine(double warmup, double floor)
    {
        if (!(warmup is >= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(warmup), warmup,
                "The share of the run in which the learning rate rises is in [0,1).");
        if (!(floor is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(floor), floor, "The learning rate ends at a part of its height, in [0,1].");
        return new(
            string.Create(CultureInfo.InvariantCulture, $"warm-up over {warmup} of the run, then a cosine down to {floor}"),
            (step, steps, _) =>
            {
                double at = (double)step / steps;
                return at < warmup ? at / warmup : floor + (1 - floor) * 0.5 * (1 + Math.Cos(Math.PI * (at - warmup) / (1 - warmup)));
            });
    }

    /// <summary>It is multiplied by a factor each time this many epochs are done, as in Cohen et al. 2019 every 30 or 50.</summary>
    /// <param name="epochs">Passes through the data between two drops, above 0.</param>
    /// <param name="factor">Finite, above 0.</param>
    public static LearningRateSchedule Step(int epochs, double factor = 0.1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(epochs, 1);
        Check(factor);
        return new(string.Create(CultureInfo.InvariantCulture, $"times {factor} every {epochs} epochs"), (_, _, epoch) =>
            Math.Pow(factor, epoch / epochs));
    }

    /// <summary>It is multiplied by a factor once each of these numbers of epochs is done.</summary>
    /// <param name="epochs">Numbers of epochs, at least one, in increasing order.</param>
    /// <param name="factor">Finite, above 0.</param>
    public static LearningRateSchedule StepAt(IReadOnlyList<int> epochs, double factor = 0.1)
    {
        ArgumentNullException.ThrowIfNull(epochs);
        if (epochs.Count == 0 || epochs[0] < 1 || epochs.Zip(epochs.Skip(1)).Any(pair => pair.First >= pair.Second))
            throw new ArgumentException($"Epochs must be ascending, from 1 on, at least one; got {string.Join(',', epochs)}.",
                nameof(epochs));
        Check(factor);
        int[] drops = [.. epochs];
        return new(
            string.Create(CultureInfo.InvariantCulture, $"times {factor} at epochs {string.Join(',', drops)}"),
            (_, _, epoch) => Math.Pow(factor, drops.Count(drop => drop <= epoch)));
    }

    /// <summary>The factor for the highest learning rate.</summary>
    /// <param name="step">Finished steps.</param>
    /// <param name="steps">Steps in all.</param>
    /// <param name="epoch">Finished epochs.</param>
    public double Factor(int step, int steps, int epoch) => _factor(step, steps, epoch);

    /// <summary>The schedule in words, the same for equal schedules.</summary>
    public override string ToString() => _name;

    private static void Check(double factor)
    {
        if (!(factor > 0) || double.IsInfinity(factor))
            throw new ArgumentOutOfRangeException(nameof(factor), factor,
                "The factor of a learning-rate schedule must be finite and above 0.");
    }
}
