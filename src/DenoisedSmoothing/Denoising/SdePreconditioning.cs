namespace DenoisedSmoothing.Denoising;

/// <summary>How the networks of Song et al. 2021 are told the noise level, in the form of Karras et al. 2022 (table 1).</summary>
public enum SdePreconditioning
{
    /// <summary>Variance preserving: c_in = 1/sqrt(s^2 + 1), c_out = -s, and the network is told 999 times the time of s.</summary>
    VariancePreserving,

    /// <summary>Variance exploding: c_in = 1, c_out = s, and the network is told ln(s/2).</summary>
    VarianceExploding,
}
