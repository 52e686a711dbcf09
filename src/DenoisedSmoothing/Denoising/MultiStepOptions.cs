namespace DenoisedSmoothing.Denoising;

/// <summary>How a <see cref="MultiStepDenoiser"/> walks.</summary>
public sealed record MultiStepOptions
{
    /// <summary>
    /// How often the network is asked, 1 or more: timesteps evenly spread from the start to 0 are kept, with betas recomputed from their
    /// alpha-bars (Nichol and Dhariwal 2021; DensePure's strides). 1 is one-shot denoising. Where there are fewer timesteps, all are taken.
    /// </summary>
    /// <value>Null: every timestep, hundreds of them.</value>
    public int? Steps { get; init; }

    /// <summary>
    /// Whether to begin at t* - 1, as ethz-privsec/diffusion_denoised_smoothing does: one timestep below the level that the image is taken
    /// to be noised at.
    /// </summary>
    /// <value>False: at t*.</value>
    public bool StartBelow { get; init; }

    internal void Validate()
    {
        if (Steps < 1)
            throw new ArgumentOutOfRangeException(nameof(Steps), Steps, "At least 1 step is needed; null takes every timestep.");
    }
}
