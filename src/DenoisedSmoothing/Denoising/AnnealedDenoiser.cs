using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Denoising;

/// <summary>
/// Denoising in many small steps with a score (Lee 2021): from the noisy image y, at falling noise levels s,
/// x += a (score(x, s) + (y - x) / sigma^2), with normals of variance 2 a added in the Langevin form. The second term is the gradient of
/// the likelihood of y.
/// </summary>
/// <remarks>
/// The state is float64. The Langevin form draws its normals as inner noise, streams 1, 2, ... in the order of the steps. Disposes
/// nothing. Safe for concurrent use where the score is.
/// </remarks>
public sealed class AnnealedDenoiser : IDenoiser, IDescribed
{
    private readonly IScore _score;
    private readonly AnnealedOptions _options;

    /// <summary>Denoises with a score.</summary>
    /// <param name="score">It stays the caller's.</param>
    /// <param name="options">Levels and steps; the usual ones when not given.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public AnnealedDenoiser(IScore score, AnnealedOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(score);
        _options = options ?? new AnnealedOptions();
        _options.Validate();
        _score = score;
    }

    /// <inheritdoc/>
    public PartInfo Info => (PartInfo.Of(_score) with { LargestSigma = _score.LargestSigma }).Named(score => string.Create(
        CultureInfo.InvariantCulture,
        $"{(_options.Langevin ? "langevin" : "map")}({Row};steps={_options.StepsPerLevel};epsilon={_options.Epsilon:R};{score})"));

    /// <summary>The noise levels for a sigma, falling.</summary>
    /// <param name="sigma">The noise in [0,1] pixel space.</param>
    /// <exception cref="ArgumentOutOfRangeException">Sigma is not above the last level of a geometric row.</exception>
    public IReadOnlyList<double> LevelsFor(double sigma)
    {
        if (_options.Sigmas is { } given)
            return [.. given];
        double last = _options.SmallestSigma;
        if (!(sigma > last))
            throw new ArgumentOutOfRangeException(nameof(sigma), sigma, string.Create(CultureInfo.InvariantCulture,
                $"The last level is {last:G6}, so sigma must be above it: choose a smaller SmallestSigma."));
        return [.. Enumerable.Range(0, _options.Levels).Select(i => i == _options.Levels - 1
            ? last
            : sigma * Math.Pow(last / sigma, (double)i / (_options.Levels - 1)))];
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">Sigma is not above the last level, or beyond what the score reaches.</exception>
    /// <exception cref="OperationCanceledException">The context was cancelled: it is asked before each step.</exception>
    public Tensor Denoise(Tensor noisy, NoiseContext noise)
    {
        ArgumentNullException.ThrowIfNull(noisy);
        ArgumentNullException.ThrowIfNull(noise);
        using DisposeScope scope = NewDisposeScope();
        Tensor observed = noisy.to(ScalarType.Float64), x = observed;
        int stream = 0;
        IReadOnlyList<double> levels = LevelsFor(noise.Sigma);
        foreach (double level in levels)
        {
            double length = _options.Epsilon * Math.Pow(level / levels[^1], 2);
            for (int step = 0; step < _options.StepsPerLevel; step++)
            {
                noise.CancellationToken.ThrowIfCancellationRequested();
                using DisposeScope inner = NewDisposeScope();
                Tensor? normal = _options.Langevin ? noise.Draw(++stream) : null;
                x = Step(x, observed, level, noise.Sigma, length, normal).MoveToOuterDisposeScope();
            }
        }

        return x.to(noisy.dtype, copy: true).MoveToOuterDisposeScope();
    }

    private string Row => _options.Sigmas is { } given
        ? "levels=" + string.Join(',', given.Select(level => level.ToString("R", CultureInfo.InvariantCulture)))
        : string.Create(CultureInfo.InvariantCulture, $"levels={_options.Levels};smallest={_options.SmallestSigma:R}");

    private Tensor Step(Tensor x, Tensor observed, double level, double sigma, double length, Tensor? normal)
    {
        Tensor slope = _score.Score(x, level).Plus((observed - x) / Kept(sigma * sigma));
        Tensor moved = x.Plus(Kept(length) * slope);
        return normal is null ? moved : moved.Plus(Kept(Math.Sqrt(2 * length)) * normal);
    }
}
