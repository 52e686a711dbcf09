using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Denoising;

/// <summary>
/// One-shot denoising with a diffusion model (Carlini et al. 2022, Algorithm 1): the network is asked once, at the timestep t* whose
/// noise-to-signal ratio is the first not below 2 sigma, and the clean image follows in closed form.
/// </summary>
/// <remarks>
/// Rounding t* up can cost accuracy, never soundness, since the noise drawn is exactly sigma. Safe for concurrent use where the network is.
/// </remarks>
public sealed class OneShotDenoiser : IDenoiser, IDescribed, IDisposable
{
    private readonly bool _disposeModel;

    /// <summary>Denoises with a model.</summary>
    /// <param name="model">The model; it stays the caller's.</param>
    public OneShotDenoiser(DiffusionModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        Model = model;
    }

    /// <summary>Makes the model out of a diffusion network: the short way.</summary>
    /// <param name="network">Takes x_t [N,C,H,W] and timesteps [N]; returns [N,C,H,W], or [N,2C,H,W] where the variance was learned too
    /// (unused here). Put in evaluation mode.</param>
    /// <param name="schedule">The schedule that the network was trained with.</param>
    /// <param name="timestepScale">The network is fed t times this: 1000/T for networks trained with rescaled timesteps (1/4 for the
    /// paper's CIFAR-10 model), else 1.</param>
    /// <param name="lastTimestep">The highest timestep that the network was trained for; null for all of the schedule's.</param>
    /// <param name="parametrization">What the network was trained to predict.</param>
    /// <param name="disposeNetwork">Whether <see cref="Dispose"/> frees the network too, where it can be.</param>
    /// <exception cref="ArgumentOutOfRangeException">The scale is not finite and positive, the timestep is not one of the schedule's, or
    /// the parametrisation is none of the three.</exception>
    public OneShotDenoiser(
        nn.IModule<Tensor, Tensor, Tensor> network, INoiseSchedule schedule, double timestepScale = 1, int? lastTimestep = null,
        Parametrization parametrization = Parametrization.Epsilon, bool disposeNetwork = false)
        : this(new DiffusionModel(network, schedule, timestepScale, lastTimestep, parametrization, disposeNetwork))
    {
        _disposeModel = true;
    }

    /// <summary>The model that is asked.</summary>
    public DiffusionModel Model { get; }

    /// <summary>What images it takes; null where the network does not say.</summary>
    public InputShape? Input => Model.Input;

    /// <inheritdoc/>
    public PartInfo Info => Model.Info.Named(static model => $"one-shot({model})");

    /// <summary>The timestep t* at which the network is asked.</summary>
    /// <param name="sigma">The noise in [0,1] pixel space.</param>
    /// <exception cref="ArgumentOutOfRangeException">Sigma is beyond <see cref="DiffusionModel.LargestSigma"/>.</exception>
    public int TimestepFor(double sigma) => Model.TimestepFor(sigma);

    /// <inheritdoc/>
    public Tensor Denoise(Tensor noisy, NoiseContext noise)
    {
        ArgumentNullException.ThrowIfNull(noisy);
        ArgumentNullException.ThrowIfNull(noise);
        using DisposeScope scope = NewDisposeScope();
        int timestep = Model.TimestepFor(noise.Sigma);
        using Tensor xt = SymmetricPixels.FromUnit(noisy).mul_(Kept(Math.Sqrt(Model.Schedule.AlphaBar(timestep))));
        return SymmetricPixels.ToUnit(Model.PredictX0(xt, timestep)).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the network where the constructor was told to; otherwise, and where a model was given, it is the caller's.</summary>
    public void Dispose()
    {
        if (_disposeModel)
            Model.Dispose();
    }
}
