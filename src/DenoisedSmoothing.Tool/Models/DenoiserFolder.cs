using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Hub;
using DenoisedSmoothing.Presets;

namespace DenoisedSmoothing.Tool;

/// <summary>A denoiser from a diffusers folder, which itself says what it was trained with.</summary>
internal static class DenoiserFolder
{
    public static (DiffusionModel? Diffusion, IDenoiser? Own, DenoiserCard? Card, IDisposable Owned) Load(ModelChoice choice)
    {
        DenoiserChoice its = choice.Denoiser;
        if (its.Settings is { } setting)
            throw new ArgumentException($"{its.File} is a folder of diffusers, whose files say all: leave {setting} out.");
        PretrainedDiffusion opened = PretrainedDiffusion.Open(
            its.File!, choice.Device, its.Weights.Options(new Checkpoints.CheckpointOptions()));
        try
        {
            if (opened.Diffusion is { } model)
                return (Precisions.Convert(model, choice.Precision), null, null, opened);
            return choice.Precision == "float32"
                ? (null, opened.Denoiser, null, opened)
                : throw new NotSupportedException(
                    $"--precision {choice.Precision} is not possible for {opened.Name}: only networks with timesteps can be converted.");
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }
}
