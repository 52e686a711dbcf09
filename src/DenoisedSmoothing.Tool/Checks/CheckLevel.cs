namespace DenoisedSmoothing.Tool;

/// <summary>What a denoiser does at one noise level.</summary>
internal sealed record CheckLevel
{
    public required double Sigma { get; init; }

    /// <summary>Why the level could not be looked at; null where it was.</summary>
    public string? Problem { get; init; }

    /// <summary>Whether there is a denoiser.</summary>
    public bool Denoises { get; init; }

    /// <summary>Which noisy images are classified right.</summary>
    public bool[] NoisyRight { get; init; } = [];

    /// <summary>Which denoised images are classified right.</summary>
    public bool[] DenoisedRight { get; init; } = [];

    /// <summary>Mean squared difference to the clean image, of each denoised image.</summary>
    public double[] Error { get; init; } = [];

    /// <summary>The same of the noisy images.</summary>
    public double[] NoisyError { get; init; } = [];

    /// <summary>How much brighter each denoised image is than the clean one.</summary>
    public double[] Shift { get; init; } = [];

    /// <summary>The line that fits the denoised pixels best: Slope times the clean pixel plus Offset.</summary>
    public double Slope { get; init; } = 1;

    public double Offset { get; init; }

    /// <summary>The share of the noise that is still in the denoised images: 0 for none, 1 for all.</summary>
    public double NoiseLeft { get; init; }

    /// <summary>What a best denoiser of this error would leave: its error over the noise's.</summary>
    public double NoiseLeftByError => Error.Average() / (Sigma * Sigma);

    /// <summary>Some images, as they were, noisy and denoised, [C,H,W] each; with the answer to the last.</summary>
    public IReadOnlyList<(float[] Noisy, float[] Denoised, long Answer)> Pictures { get; init; } = [];
}
