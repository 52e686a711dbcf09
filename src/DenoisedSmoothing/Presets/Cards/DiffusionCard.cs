using System.Globalization;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Networks;
using DenoisedSmoothing.Schedules;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Presets;

/// <summary>The card of a diffusion network that predicts the noise.</summary>
/// <param name="network">The network's name in the catalog.</param>
/// <param name="schedule">cosine or linear.</param>
/// <param name="scheduleTimesteps">T.</param>
/// <param name="timestepScale">The network is fed t times this.</param>
/// <param name="trained">The timesteps at which it was trained.</param>
internal sealed class DiffusionCard(string network, string schedule, int scheduleTimesteps, double timestepScale, TimestepSet trained)
    : DenoiserCard(network)
{
    private const string NetworkKey = "dds.network", ScheduleKey = "dds.schedule", CountKey = "dds.schedule_timesteps", ScaleKey =
        "dds.timestep_scale", TrainedKey = "dds.trained_timesteps";

    private const int FewTimesteps = 12;

    /// <summary>The card's keys in a file's metadata.</summary>
    internal static IReadOnlyList<string> Keys => [NetworkKey, ScheduleKey, CountKey, ScaleKey, TrainedKey];

    /// <summary>The timesteps at which it was trained.</summary>
    public TimestepSet Trained => trained;

    /// <summary>T.</summary>
    public int ScheduleTimesteps => scheduleTimesteps;

    public override string TrainedAt => $"the timesteps {trained} ({Levels()})";

    private protected override string What => $"a {Network}";

    private protected override DenoiserSettings Settings => new()
    {
        Network = Network,
        Schedule = schedule,
        Timesteps = scheduleTimesteps,
        TimestepScale = timestepScale,
        Predicts = Parametrization.Epsilon,
    };

    public INoiseSchedule NewSchedule() => NewSchedule(schedule, scheduleTimesteps);

    public static INoiseSchedule NewSchedule(string name, int timesteps) =>
        name == "linear" ? new LinearSchedule(timesteps) : new CosineSchedule(timesteps);

    /// <summary>The network with its schedule, as it was trained.</summary>
    /// <param name="module">A network of this name, in any arithmetic.</param>
    /// <param name="disposeNetwork">Whether the model frees it.</param>
    public DiffusionModel Model(nn.IModule<Tensor, Tensor, Tensor> module, bool disposeNetwork = false) =>
        new(module, NewSchedule(), timestepScale, Math.Max(1, trained.Last), disposeNetwork: disposeNetwork);

    /// <summary>Why a strategy must not use the denoiser at a noise level; null where it was trained for that.</summary>
    /// <param name="sigma">The noise per pixel, in [0,1] pixel space.</param>
    /// <param name="strategy">Its name, for the text.</param>
    /// <param name="walks">Whether it calls the network at all timesteps up to that of sigma, or only at that one.</param>
    public string? Refusal(double sigma, string strategy, bool walks) => Said(Problem(sigma, strategy, walks));

    internal override IReadOnlyDictionary<string, string> ToMetadata() => new Dictionary<string, string>
    {
        [NetworkKey] = Network,
        [ScheduleKey] = schedule,
        [CountKey] = scheduleTimesteps.ToString(CultureInfo.InvariantCulture),
        [ScaleKey] = timestepScale.ToString("R", CultureInfo.InvariantCulture),
        [TrainedKey] = trained.ToString(),
    };

    internal override TrainedDenoiser Load(string device, CheckpointOptions? checkpoint = null, ScalarType? half = null)
    {
        nn.Module<Tensor, Tensor, Tensor> loaded = NetworkCatalog.Denoisers[Network].Load(File!, device, checkpoint);
        DiffusionModel model = Model(half is { } type ? new HalfPrecisionNetwork(loaded, type) : loaded, disposeNetwork: true);
        return new TrainedDenoiser(this, new OneShotDenoiser(model), model);
    }

    /// <summary>The card in a file's metadata; null for none.</summary>
    /// <exception cref="FormatException">It is not one that this program knows.</exception>
    /// <exception cref="KeyNotFoundException">A part is missing.</exception>
    internal static DiffusionCard? Of(IReadOnlyDictionary<string, string> metadata, string path)
    {
        if (!metadata.ContainsKey(TrainedKey))
            return null;
        (string network, string schedule) = (metadata[NetworkKey], metadata[ScheduleKey]);
        int count = PlainNumber.ParseWhole<int>(metadata[CountKey], CountKey);
        double scale = PlainNumber.Parse(metadata[ScaleKey], ScaleKey);
        TimestepSet trained = TimestepSet.Parse(metadata[TrainedKey]);
        return NetworkCatalog.Denoisers.TryGetValue(network, out CatalogDenoiser? known) && !known.IsEdm
            && schedule is ("cosine" or "linear") && count > trained.Last && scale > 0 && double.IsFinite(scale)
            ? new DiffusionCard(network, schedule, count, scale, trained) { File = path }
            : throw new FormatException($"network {network}, schedule {schedule} of {count}, trained at {trained}");
    }

    private protected override string? Problem(double sigma) => Problem(sigma, "one-shot", walks: false);

    private string? Problem(double sigma, string strategy, bool walks)
    {
        INoiseSchedule levels = NewSchedule();
        if (sigma > SigmaAt(levels, levels.TimestepCount - 1))
            return string.Create(CultureInfo.InvariantCulture, $"sigma {sigma} is beyond the schedule's");
        int timestep = levels.TimestepFor(SymmetricPixels.NoiseToSignal(sigma));
        if (walks ? trained.ContainsAllUpTo(timestep) : trained.Contains(timestep))
            return null;
        string needs = walks ? $"all timesteps up to {timestep}" : $"timestep {timestep}";
        return string.Create(CultureInfo.InvariantCulture, $"{strategy} at sigma {sigma} needs {needs}");
    }

    private static double SigmaAt(INoiseSchedule levels, int timestep)
    {
        double alphaBar = levels.AlphaBar(timestep);
        return SymmetricPixels.Sigma(Math.Sqrt((1 - alphaBar) / alphaBar));
    }

    private string Levels()
    {
        INoiseSchedule levels = NewSchedule();
        string At(int timestep) => SigmaAt(levels, timestep).ToString("G4", CultureInfo.InvariantCulture);
        if (trained.Chosen is { Count: <= FewTimesteps } few)
            return $"about sigma {string.Join(", ", few.Select(At))}";
        return trained.First <= 1 ? $"sigma up to about {At(trained.Last)}" : $"about sigma {At(trained.First)} to {At(trained.Last)}";
    }
}
