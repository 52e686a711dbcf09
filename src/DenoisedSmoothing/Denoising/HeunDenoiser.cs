using System.Globalization;
using DenoisedSmoothing.Parts;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Denoising;

/// <summary>
/// Denoising by the deterministic sampler of Karras et al. 2022 (algorithm 1; Carlini et al. 2022, section 5.3): Heun's method along the
/// probability flow, from the noisy image itself at level 2 sigma down to 0.
/// </summary>
/// <remarks>
/// The state is float64. Deterministic: no inner noise is drawn. Disposes nothing. Safe for concurrent use where the predictor is.
/// </remarks>
public sealed class HeunDenoiser : IDenoiser, IDescribed
{
    private readonly IX0Predictor _predictor;
    private readonly HeunOptions _options;

    /// <summary>Denoises with a predictor.</summary>
    /// <param name="predictor">A <see cref="DiffusionModel"/>, or a network that takes the noise level itself:
    /// <see cref="SigmaConditionedModel"/>.
    /// It stays the caller's.</param>
    /// <param name="options">The time steps; those of the paper when not given.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public HeunDenoiser(IX0Predictor predictor, HeunOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(predictor);
        _options = options ?? new HeunOptions();
        _options.Validate();
        _predictor = predictor;
    }

    /// <summary>The largest sigma, in [0,1] pixel space, that can be denoised.</summary>
    public double LargestSigma => SymmetricPixels.Sigma(_predictor.LargestNoiseToSignal);

    /// <inheritdoc/>
    public PartInfo Info => (PartInfo.Of(_predictor) with
    {
        LargestSigma = LargestSigma,
    }).Named(predictor => string.Create(CultureInfo.InvariantCulture,
        $"heun(steps={_options.Steps};smallest={_options.SmallestNoiseToSignal:R};rho={_options.Rho:R};{predictor})"));

    /// <summary>
    /// The noise levels t_0 to t_N, beside images in [-1,1]: from 2 sigma to <see cref="HeunOptions.SmallestNoiseToSignal"/>, then 0.
    /// </summary>
    /// <param name="sigma">The noise in [0,1] pixel space.</param>
    /// <exception cref="ArgumentOutOfRangeException">Sigma is beyond <see cref="LargestSigma"/>, or 2 sigma not above the lowest
    /// level.</exception>
    public IReadOnlyList<double> LevelsFor(double sigma)
    {
        double first = SymmetricPixels.NoiseToSignal(sigma), last = _options.SmallestNoiseToSignal;
        if (!(sigma <= LargestSigma))
            throw new ArgumentOutOfRangeException(nameof(sigma), sigma,
                $"Sigma is beyond the network's noisiest level, which is sigma {LargestSigma:G6}.");
        if (!(first > last))
            throw new ArgumentOutOfRangeException(nameof(sigma), sigma,
                $"The sampler ends at the noise level {last:G6}, so 2 sigma must be above it: choose a smaller SmallestNoiseToSignal.");
        double from = Math.Pow(first, 1 / _options.Rho), to = Math.Pow(last, 1 / _options.Rho);
        IEnumerable<double> between = Enumerable.Range(1, _options.Steps - 2)
            .Select(i => Math.Pow(from + (double)i / (_options.Steps - 1) * (to - from), _options.Rho));
        // Both ends as given: rounding must not ask the network beyond its reach.
        return [first, .. between, last, 0];
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">Sigma is beyond <see cref="LargestSigma"/>, or 2 sigma not above the lowest
    /// level.</exception>
    /// <exception cref="OperationCanceledException">The context was cancelled: it is asked before each step.</exception>
    public Tensor Denoise(Tensor noisy, NoiseContext noise)
    {
        ArgumentNullException.ThrowIfNull(noisy);
        ArgumentNullException.ThrowIfNull(noise);
        using DisposeScope scope = NewDisposeScope();
        IReadOnlyList<double> levels = LevelsFor(noise.Sigma);
        using Tensor wide = noisy.to_type(ScalarType.Float64);
        Tensor x = SymmetricPixels.FromUnit(wide);
        for (int i = 0; i < _options.Steps; i++)
        {
            noise.CancellationToken.ThrowIfCancellationRequested();
            using Tensor previous = x;
            x = Step(previous, levels[i], levels[i + 1]);
        }

        return SymmetricPixels.ToUnit(x).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    private Tensor Step(Tensor x, double from, double to)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor slope = Slope(x, from);
        Tensor euler = x.Plus(slope * Kept(to - from));
        if (to > 0)
            euler = x.Plus(slope.Plus(Slope(euler, to)) * Kept((to - from) / 2));
        return euler.MoveToOuterDisposeScope();
    }

    private Tensor Slope(Tensor x, double level)
    {
        using Tensor x0 = _predictor.PredictX0(x, level);
        if (!x0.shape.SequenceEqual(x.shape)) // would broadcast
            throw new InvalidOperationException(
                $"A predictor keeps the shape: it made [{string.Join(',', x0.shape)}] of [{string.Join(',', x.shape)}].");
        return (x - x0) / Kept(level);
    }
}
