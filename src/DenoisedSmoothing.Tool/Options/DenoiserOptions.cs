using System.CommandLine;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Hub;
using DenoisedSmoothing.Presets;

namespace DenoisedSmoothing.Tool;

/// <summary>Options that say which denoiser to load, and what its diffusion model was trained with.</summary>
internal sealed class DenoiserOptions
{
    private readonly CheckpointFileOptions _weights = new("denoiser");

    public DenoiserOptions()
    {
        Network.AcceptOnlyFromAmong([.. NetworkCatalog.Denoisers.Keys]);
        Schedule.AcceptOnlyFromAmong("cosine", "linear");
    }

    public Option<string?> File { get; } = new("--denoiser-file")
    {
        HelpName = "file|folder",
        Description = "The pair's denoiser, or one of your own: in the formats of the classifier, a pipeline's folder of diffusers, "
            + "or what train-denoiser wrote",
    };

    public Option<string?> Network { get; } = new("--denoiser-network")
    {
        HelpName = "name",
        Description = $"What the weights belong to: {string.Join(", ", NetworkCatalog.Denoisers.Keys)}",
    };

    public Option<string?> Schedule { get; } = new("--schedule")
    {
        HelpName = "name",
        Description = "Noise schedule of your diffusion model: cosine or linear [default: the network's, else cosine]",
    };

    public Option<int?> ScheduleTimesteps { get; } = new Option<int?>("--schedule-timesteps")
    {
        HelpName = "T",
        Description = "Its number of timesteps [default: the network's, else 1000]",
    }
        .AtLeast(2);

    public Option<Parametrization?> Predicts { get; } = new("--predicts")
    {
        Description = "What your diffusion model predicts [default: Epsilon]",
    };

    public Option<double?> TimestepScale { get; } = new Option<double?>("--timestep-scale")
    {
        HelpName = "factor",
        Description = "Your diffusion model is fed t times this [default: the network's, else 1]",
    }
        .Positive();

    public Option<string?> TimestepInput { get; } = new("--timestep-input")
    {
        HelpName = "name",
        Description = "Name of the timestep input of an ONNX model that has several inputs",
    };

    public OptionGroup All => new("Denoiser",
        [File, Network, Schedule, ScheduleTimesteps, Predicts, TimestepScale, .. _weights.All, TimestepInput]);

    public DenoiserChoice Read(ParseResult parsed, IReadOnlyList<string> inertTypes) => new()
    {
        File = Existing(parsed.GetValue(File)),
        Network = parsed.GetValue(Network),
        Schedule = parsed.GetValue(Schedule),
        ScheduleTimesteps = parsed.GetValue(ScheduleTimesteps),
        Predicts = parsed.GetValue(Predicts),
        TimestepScale = parsed.GetValue(TimestepScale),
        TimestepInput = parsed.GetValue(TimestepInput),
        Weights = _weights.Read(parsed, inertTypes),
    };

    private static string? Existing(string? path) =>
        path is not null && PretrainedDiffusion.IsFolder(path) ? path : ModelOptions.ExistingModel(path);
}
