using DenoisedSmoothing.Denoising;

namespace DenoisedSmoothing.Presets;

/// <summary>What can be specified about a denoiser's network beside its file; null for what is left to the file.</summary>
internal sealed record DenoiserSettings
{
    public string? Network { get; init; }

    /// <summary>cosine or linear.</summary>
    public string? Schedule { get; init; }

    /// <summary>T.</summary>
    public int? Timesteps { get; init; }

    /// <summary>The network is fed t times this.</summary>
    public double? TimestepScale { get; init; }

    public Parametrization? Predicts { get; init; }

    /// <summary>The settings with which a network of the catalog was published.</summary>
    public static DenoiserSettings Of(string network)
    {
        CatalogDenoiser its = NetworkCatalog.Denoisers[network];
        return new DenoiserSettings
        {
            Network = network,
            Schedule = its.Schedule,
            Timesteps = its.Timesteps,
            TimestepScale = its.TimestepScale,
            Predicts = Parametrization.Epsilon,
        };
    }

    /// <summary>The settings that were specified, by name.</summary>
    public IReadOnlyDictionary<string, object> Known => new (string Name, object? Value)[]
    {
        (nameof(Network), Network), (nameof(Schedule), Schedule), (nameof(Timesteps), Timesteps), (nameof(TimestepScale), TimestepScale),
        (nameof(Predicts), Predicts),
    }
        .Where(static setting => setting.Value is not null)
        .ToDictionary(static setting => setting.Name, static setting => setting.Value!);
}
