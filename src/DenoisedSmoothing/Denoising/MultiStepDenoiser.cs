using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Denoising;

/// <summary>
/// Denoising by the whole reverse process (Carlini et al. 2022, section 5.1; ancestral sampling of Ho et al. 2020): from t* down to 0, each
/// time the network is asked for the clean image, and a little fresh noise is added. Sharper images than one-shot's, less faithful ones.
/// </summary>
/// <remarks>
/// The clean image is clipped to [-1,1] at each step. A network that learned its variance is taken at its word (Nichol and Dhariwal 2021);
/// for others the variance is the posterior's ("fixed small"). The noise added at timestep t is inner stream t; none is added last, so
/// that no step has stream 0. Disposes nothing. Safe for concurrent use where the network is.
/// </remarks>
public sealed class MultiStepDenoiser : IDenoiser, IDescribed
{
    private readonly DiffusionModel _model;
    private readonly MultiStepOptions _options;

    /// <summary>Denoises with a model.</summary>
    /// <param name="model">The model; it stays the caller's.</param>
    /// <param name="options">How to walk; every timestep from t* when not given.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is less than one step.</exception>
    public MultiStepDenoiser(DiffusionModel model, MultiStepOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        _options = options ?? new MultiStepOptions();
        _options.Validate();
        _model = model;
    }

    /// <inheritdoc/>
    public PartInfo Info => _model.Info.Named(model => string.Create(CultureInfo.InvariantCulture,
        $"multi-step(steps={_options.Steps?.ToString(CultureInfo.InvariantCulture) ?? "all"};"
        + $"start={(_options.StartBelow ? "t*-1" : "t*")};{model})"));

    /// <summary>The timesteps at which the network is asked, falling.</summary>
    /// <param name="sigma">The noise in [0,1] pixel space.</param>
    /// <exception cref="ArgumentOutOfRangeException">Sigma is beyond <see cref="DiffusionModel.LargestSigma"/>.</exception>
    public IReadOnlyList<int> TimestepsFor(double sigma) =>
        ReverseStep.Timesteps(_model.TimestepFor(sigma) - (_options.StartBelow ? 1 : 0), _options.Steps);

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">Sigma is beyond <see cref="DiffusionModel.LargestSigma"/>.</exception>
    /// <exception cref="InvalidOperationException">The context has no source of normals, or the network is in training mode or of another
    /// shape.</exception>
    /// <exception cref="OperationCanceledException">The context was cancelled: it is asked before each step.</exception>
    public Tensor Denoise(Tensor noisy, NoiseContext noise)
    {
        ArgumentNullException.ThrowIfNull(noisy);
        ArgumentNullException.ThrowIfNull(noise);
        using DisposeScope scope = NewDisposeScope();
        IReadOnlyList<int> timesteps = TimestepsFor(noise.Sigma);
        Tensor x = SymmetricPixels.FromUnit(noisy).mul_(Kept(Math.Sqrt(_model.Schedule.AlphaBar(_model.TimestepFor(noise.Sigma)))));
        for (int i = 0; i < timesteps.Count - 1; i++)
        {
            noise.CancellationToken.ThrowIfCancellationRequested();
            using Tensor previous = x;
            x = Step(previous, ReverseStep.Between(_model.Schedule, timesteps[i], timesteps[i + 1]), noise);
        }

        // The last step has the clean image's share 1, x_t's share 0, and no noise.
        return SymmetricPixels.ToUnit(_model.Predict(x, timesteps[^1]).X0).MoveToOuterDisposeScope();
    }

    // A scope a step, or hundreds of them would pile up.
    private Tensor Step(Tensor x, ReverseStep step, NoiseContext noise)
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor x0, Tensor? variance) = _model.Predict(x, step.Timestep);
        Tensor mean = x0.clamp_(Kept(-1), Kept(1)).mul_(Kept(step.OfX0)).PlusInPlace(x.mul(Kept(step.OfXt)));
        Tensor normals = noise.Draw(step.Timestep);
        Tensor spread = variance is null ? normals.mul(Kept(Math.Exp(step.LogPosterior / 2))) : normals.mul(Deviation(variance, step));
        return mean.PlusInPlace(spread)
            .MoveToOuterDisposeScope();
    }

    // exp(log variance / 2), log variance = f log beta + (1 - f) log posterior variance, f = (v + 1) / 2.
    private static Tensor Deviation(Tensor v, ReverseStep step) =>
        v.Plus(1).mul_(Kept((step.LogBeta - step.LogPosterior) / 4)).PlusInPlace(step.LogPosterior / 2).exp_();
}
