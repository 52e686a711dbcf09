namespace DenoisedSmoothing.Denoising;

/// <summary>The levels and steps of an <see cref="AnnealedDenoiser"/> (Song and Ermon 2020; Lee 2021).</summary>
public sealed record AnnealedOptions
{
    /// <summary>Noise levels, at least 1: a geometric sequence from sigma down to <see cref="SmallestSigma"/>.</summary>
    /// <value>10.</value>
    public int Levels { get; init; } = 10;

    /// <summary>The last level, in [0,1] pixel space; finite, above 0.</summary>
    /// <value>0.01.</value>
    public double SmallestSigma { get; init; } = 0.01;

    /// <summary>
    /// The levels themselves, decreasing, each finite and above 0; they replace <see cref="Levels"/> and <see cref="SmallestSigma"/>.
    /// </summary>
    /// <value>Null: the geometric sequence.</value>
    public IReadOnlyList<double>? Sigmas { get; init; }

    /// <summary>Steps at each level, at least 1.</summary>
    /// <value>5.</value>
    public int StepsPerLevel { get; init; } = 5;

    /// <summary>The length of a step at the last level; at level s it is this times (s / smallest)^2. Finite, above 0.</summary>
    /// <value>3e-5: at the usual <see cref="SmallestSigma"/>, a step goes 0.3 of the way to the image that the score expects.</value>
    public double Epsilon { get; init; } = 3e-5;

    /// <summary>
    /// Whether steps add their own noise (annealed Langevin dynamics), which draws a likely image; otherwise they climb to the likeliest
    /// one (MAP).
    /// </summary>
    /// <value>False: MAP.</value>
    public bool Langevin { get; init; }

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Levels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(StepsPerLevel, 1);
        if (Sigmas is { } sigmas && (sigmas.Count == 0 || sigmas.Any(sigma => !(sigma > 0 && double.IsFinite(sigma)))
            || sigmas.Zip(sigmas.Skip(1)).Any(pair => pair.Second >= pair.First)))
            throw new ArgumentException("Sigmas must hold at least one level, falling, each finite and above 0.", nameof(Sigmas));
        Check(SmallestSigma, nameof(SmallestSigma));
        Check(Epsilon, nameof(Epsilon));
    }

    private static void Check(double value, string name)
    {
        if (!(value > 0) || double.IsInfinity(value))
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be finite and above 0.");
    }
}
