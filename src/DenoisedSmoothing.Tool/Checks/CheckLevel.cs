namespace DenoisedSmoothing.Tool;

/// <summary>What a denoiser does at one noise level.</summary>
internal sealed record CheckLevel
{
    public required double Sigma { get; init; }

    /// <summary>Why the level could not be checked; null where it was.</summary>
    public string? Problem { get; init; }

    /// <summary>Whether there is a denoiser.</summary>
    public bool Denoises { get; init; }

    /// <summary>Which noisy images are classified correctly.</summary>
    public bool[] NoisyRight { get; init; } = [];

    /// <summary>Which denoised images are classified correctly.</summary>
    public bool[] DenoisedRight { get; init; } = [];

    /// <summary>Mean squared difference from the clean image, for each denoised image.</summary>
    public double[] Error { get; init; } = [];

    /// <summary>The same for the noisy images.</summary>
    public double[] NoisyError { get; init; } = [];

    /// <summary>How much brighter each denoised image is than the clean one.</summary>
    public double[] Shift { get; init; } = [];

    /// <summary>The line that fits the denoised pixels best: Slope times the clean pixel plus Offset.</summary>
    public double Slope { get; init; } = 1;

    public double Offset { get; init; }

    /// <summary>The share of the noise that remains in the denoised images: 0 for none, 1 for all.</summary>
    public double NoiseLeft { get; init; }

    /// <summary>What an optimal denoiser with this error would leave: its error divided by that of the noise.</summary>
    public double NoiseLeftByError => Error.Average() / (Sigma * Sigma);

    /// <summary>Some images, noisy and denoised, [C,H,W] each, with the answer to the denoised one.</summary>
    public IReadOnlyList<(float[] Noisy, float[] Denoised, long Answer)> Pictures { get; init; } = [];
}
