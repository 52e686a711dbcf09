using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.OnnxRuntime;
using DenoisedSmoothing.Presets;

namespace DenoisedSmoothing.Tool;

/// <summary>Which denoiser to load, as typed.</summary>
internal sealed record DenoiserChoice
{
    public string? File { get; init; }

    public string? Network { get; init; }

    public string? Schedule { get; init; }

    public int? ScheduleTimesteps { get; init; }

    public Parametrization? Predicts { get; init; }

    public double? TimestepScale { get; init; }

    /// <summary>The timestep input of an ONNX model; null for the only one.</summary>
    public string? TimestepInput { get; init; }

    public required CheckpointChoice Weights { get; init; }

    /// <summary>An option that only a file without its own network can use; null where none was typed.</summary>
    public string? SettingsOfOwn => Network is not null ? "--denoiser-network"
        : ScheduleOption is { } option ? option
        : TimestepInput is not null ? "--timestep-input"
        : Weights.TensorOption;

    /// <summary>An option that is about timesteps; null where none was typed.</summary>
    public string? ScheduleOption => Schedule is not null ? "--schedule"
        : ScheduleTimesteps is not null ? "--schedule-timesteps"
        : Predicts is not null ? "--predicts"
        : TimestepScale is not null ? "--timestep-scale"
        : null;

    /// <summary>An option that is about the file; null where none was typed.</summary>
    public string? Settings => SettingsOfOwn ?? Weights.WeightsOption;

    /// <summary>What was typed about the network, to be compared with what its file says.</summary>
    public DenoiserSettings Said => new()
    {
        Network = Network,
        Schedule = Schedule,
        Timesteps = ScheduleTimesteps,
        TimestepScale = TimestepScale,
        Predicts = Predicts,
    };

    /// <summary>The option with which a setting was typed.</summary>
    public static string OptionOf(string setting) => setting switch
    {
        nameof(DenoiserSettings.Network) => "--denoiser-network",
        nameof(DenoiserSettings.Schedule) => "--schedule",
        nameof(DenoiserSettings.Timesteps) => "--schedule-timesteps",
        nameof(DenoiserSettings.TimestepScale) => "--timestep-scale",
        _ => "--predicts",
    };

    /// <summary>Which tensors of an ONNX model are meant.</summary>
    public OnnxOptions Tensors => Weights.Tensors with { Timesteps = TimestepInput };
}
