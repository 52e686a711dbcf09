using static TorchSharp.torch;

namespace DenoisedSmoothing.Models;

/// <summary>Timesteps as sines and cosines (improved-diffusion nn.py, diffusers' get_timestep_embedding).</summary>
internal static class SinusoidalEmbedding
{
    /// <summary>Sines and cosines of t exp(-ln(10000) i / (half - shift)), where half is half the width.</summary>
    /// <param name="timesteps">[N].</param>
    /// <param name="width">Odd widths end with a zero.</param>
    /// <param name="shift">0 in improved-diffusion.</param>
    /// <param name="cosinesFirst">As in improved-diffusion.</param>
    /// <returns>float32 [N,width], in the caller's dispose scope.</returns>
    public static Tensor Of(Tensor timesteps, int width, double shift = 0, bool cosinesFirst = true)
    {
        int half = width / 2;
        // The product before the quotient, to round like the references: t is up to 1000 and magnifies the last bit.
        Tensor frequencies = exp(Counting(0, half, float32, timesteps.device) * Kept(-Math.Log(10000)) / Kept(half - shift));
        Tensor angles = timesteps.to_type(ScalarType.Float32).unsqueeze(1) * frequencies.unsqueeze(0);
        Tensor embedding = cosinesFirst ? cat([cos(angles), sin(angles)], 1) : cat([sin(angles), cos(angles)], 1);
        return width % 2 == 0 ? embedding : nn.functional.pad(embedding, [0, 1]);
    }
}
