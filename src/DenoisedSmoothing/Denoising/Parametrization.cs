namespace DenoisedSmoothing.Denoising;

/// <summary>What a diffusion network predicts, given x_t = sqrt(abar) x_0 + sqrt(1 - abar) epsilon.</summary>
public enum Parametrization
{
    /// <summary>The noise epsilon (Ho et al. 2020): x_0 = x_t / sqrt(abar) - sqrt(1/abar - 1) epsilon. "epsilon" in diffusers.</summary>
    Epsilon,

    /// <summary>The clean image x_0 itself. "sample" in diffusers.</summary>
    X0,

    /// <summary>
    /// v = sqrt(abar) epsilon - sqrt(1 - abar) x_0 (Salimans and Ho 2022): x_0 = sqrt(abar) x_t - sqrt(1 - abar) v. "v_prediction" in
    /// diffusers.
    /// </summary>
    V,
}
