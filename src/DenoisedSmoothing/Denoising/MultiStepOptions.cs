namespace DenoisedSmoothing.Denoising;

/// <summary>The steps of a <see cref="MultiStepDenoiser"/>.</summary>
public sealed record MultiStepOptions
{
    /// <summary>
    /// How often the network is called, 1 or more: evenly spaced timesteps from the start to 0 are kept, with betas recomputed from their
    /// alpha-bars (Nichol and Dhariwal 2021; DensePure's strides). 1 is one-shot denoising. Where there are fewer timesteps, all are taken.
    /// </summary>
    /// <value>Null: every timestep, hundreds of them.</value>
    public int? Steps { get; init; }

    /// <summary>
    /// Whether to begin at t* - 1, as ethz-privsec/diffusion_denoised_smoothing does: one timestep below the level at which the image is
    /// taken to be noised.
    /// </summary>
    /// <value>False: at t*.</value>
    public bool StartBelow { get; init; }

    internal void Validate()
    {
        if (Steps < 1)
            throw new ArgumentOutOfRangeException(nameof(Steps), Steps, "At least 1 step is needed; null takes every timestep.");
    }
}
