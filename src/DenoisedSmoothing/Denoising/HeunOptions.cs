namespace DenoisedSmoothing.Denoising;

/// <summary>The time steps of a <see cref="HeunDenoiser"/> (Karras et al. 2022, equation 5), in the network's terms.</summary>
public sealed record HeunOptions
{
    /// <summary>N, 2 or more: the predictor is called 2 N - 1 times.</summary>
    /// <value>18.</value>
    public int Steps { get; init; } = 18;

    /// <summary>The lowest noise level before 0, for images in [-1,1] ("sigma_min"); above 0, and below 2 sigma.</summary>
    /// <value>0.002.</value>
    public double SmallestNoiseToSignal { get; init; } = .002;

    /// <summary>How much shorter the steps are near 0, above 0; 1 makes them equal.</summary>
    /// <value>7.</value>
    public double Rho { get; init; } = 7;

    internal void Validate()
    {
        if (Steps < 2)
            throw new ArgumentOutOfRangeException(nameof(Steps), Steps, "At least 2 steps are needed.");
        if (!(SmallestNoiseToSignal > 0) || double.IsInfinity(SmallestNoiseToSignal))
            throw new ArgumentOutOfRangeException(nameof(SmallestNoiseToSignal), SmallestNoiseToSignal,
                "The lowest noise level must be finite and above 0.");
        if (!(Rho > 0) || double.IsInfinity(Rho))
            throw new ArgumentOutOfRangeException(nameof(Rho), Rho, "Rho must be finite and above 0.");
    }
}
