namespace DenoisedSmoothing.Models;

/// <summary>How a <see cref="UNet2DModel"/> is given the timestep.</summary>
public enum UNet2DTimeEmbedding
{
    /// <summary>Sines and cosines of t at frequencies from 1 to 1/10000; "positional" in diffusers.</summary>
    Positional,

    /// <summary>Sines and cosines of ln(t) at random frequencies that are among the weights; the output is divided by t; "fourier" in
    /// diffusers.</summary>
    Fourier,
}
