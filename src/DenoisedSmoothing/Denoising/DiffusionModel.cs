using System.Globalization;
using DenoisedSmoothing.Parts;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Denoising;

/// <summary>
/// A diffusion network with what is needed to call it: the schedule that it was trained with, how timesteps are fed to it and what it
/// predicts. Denoising strategies build on it: <see cref="OneShotDenoiser"/> and the multi-step samplers.
/// </summary>
/// <remarks>
/// The network works in [-1,1], pixels are in [0,1]: a sigma in pixel space is a noise-to-signal ratio of 2 sigma here. Several strategies
/// may share one model. Safe for concurrent use where the network is.
/// </remarks>
public sealed class DiffusionModel : IX0Predictor, IDescribed, IDisposable
{
    private readonly nn.IModule<Tensor, Tensor, Tensor> _network;
    private readonly double _timestepScale;
    private readonly Parametrization _parametrization;
    private readonly bool _disposeNetwork;

    /// <summary>Wraps a diffusion network.</summary>
    /// <param name="network">
    /// Takes x_t [N,C,H,W] and timesteps [N]; returns [N,C,H,W], or [N,2C,H,W] where the variance was learned too. It is put in evaluation
    /// mode.
    /// </param>
    /// <param name="schedule">The schedule that the network was trained with.</param>
    /// <param name="timestepScale">
    /// The network is fed t times this: 1000/T for networks trained with rescaled timesteps (1/4 for the paper's CIFAR-10 model), otherwise
    /// 1.
    /// </param>
    /// <param name="lastTimestep">The highest timestep that the network was trained for; null for all of the schedule's.</param>
    /// <param name="parametrization">What the network was trained to predict.</param>
    /// <param name="disposeNetwork">Whether <see cref="Dispose"/> also frees the network, if it can be freed.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The scale is not finite and positive, the timestep is not one of the schedule's, or the parametrisation is not one of the three.
    /// </exception>
    public DiffusionModel(
        nn.IModule<Tensor, Tensor, Tensor> network, INoiseSchedule schedule, double timestepScale = 1, int? lastTimestep = null,
        Parametrization parametrization = Parametrization.Epsilon, bool disposeNetwork = false)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(schedule);
        if (!(timestepScale > 0) || double.IsInfinity(timestepScale))
            throw new ArgumentOutOfRangeException(nameof(timestepScale), timestepScale, "The timestep scale must be finite and above 0.");
        if (lastTimestep < 1)
            throw new ArgumentOutOfRangeException(nameof(lastTimestep), lastTimestep,
                "The last timestep must be at least 1, the lowest that is ever asked for.");
        if (!Enum.IsDefined(parametrization))
            throw new ArgumentOutOfRangeException(nameof(parametrization), parametrization, "The parametrisation is Epsilon, X0 or V.");
        (_network, Schedule, _timestepScale, _parametrization, _disposeNetwork) =
            (network, schedule, timestepScale, parametrization, disposeNetwork);
        LastTimestep = lastTimestep ?? schedule.TimestepCount - 1;
        double last = schedule.AlphaBar(LastTimestep);
        LargestNoiseToSignal = Math.Sqrt((1 - last) / last);
        Input = IImageNetwork.InputOf(network);
        (network as nn.Module)?.eval();
    }

    /// <summary>The network.</summary>
    public nn.IModule<Tensor, Tensor, Tensor> Network => _network;

    /// <summary>The network is fed t times this.</summary>
    public double TimestepScale => _timestepScale;

    /// <summary>What the network predicts.</summary>
    public Parametrization Parametrization => _parametrization;

    /// <summary>The schedule that the network was trained with.</summary>
    public INoiseSchedule Schedule { get; }

    /// <summary>The highest timestep that the network was trained for.</summary>
    public int LastTimestep { get; }

    /// <summary>What images it takes; others are refused.</summary>
    /// <value>What the network says; null, and no check, where it does not say.</value>
    public InputShape? Input { get; init; }

    /// <inheritdoc/>
    public double LargestNoiseToSignal { get; }

    /// <summary>The largest sigma, in [0,1] pixel space, that can be denoised.</summary>
    public double LargestSigma => SymmetricPixels.Sigma(LargestNoiseToSignal);

    /// <inheritdoc/>
    public PartInfo Info => (PartInfo.Of(_network).Taking(Input) with { LargestSigma = LargestSigma }).Named(network => string.Create(
        CultureInfo.InvariantCulture, $"{network};{PartInfo.Of(Schedule).Fingerprint};scale={_timestepScale};{_parametrization}"));

    /// <summary>The timestep t* of a noise level: the first, counting from 1, whose noise-to-signal ratio is not below 2 sigma.</summary>
    /// <param name="sigma">The noise in [0,1] pixel space.</param>
    /// <exception cref="ArgumentOutOfRangeException">Sigma is beyond <see cref="LargestSigma"/>.</exception>
    public int TimestepFor(double sigma) => sigma <= LargestSigma
        ? Schedule.TimestepFor(SymmetricPixels.NoiseToSignal(sigma))
        : throw new ArgumentOutOfRangeException(nameof(sigma), sigma,
            $"Sigma is beyond the network's noisiest timestep, which is sigma {LargestSigma:G6}.");

    /// <summary>Calls the network at one of the schedule's timesteps.</summary>
    /// <param name="xt">sqrt(abar) x_0 + sqrt(1 - abar) z with x_0 in [-1,1]: float32 [N,C,H,W].</param>
    /// <param name="timestep">0 to <see cref="LastTimestep"/>.</param>
    /// <returns>The clean image and, where the network learned it, the variance; fresh tensors.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The timestep is outside [0, <see cref="LastTimestep"/>].</exception>
    /// <exception cref="InvalidOperationException">The network is in training mode, or its result has the wrong shape.</exception>
    public DiffusionPrediction Predict(Tensor xt, int timestep) => Predict(xt, timestep, wantsVariance: true);

    /// <summary>Predicts without the variance, which some networks then need not compute.</summary>
    internal Tensor PredictX0(Tensor xt, int timestep) => Predict(xt, timestep, wantsVariance: false).X0;

    private DiffusionPrediction Predict(Tensor xt, int timestep, bool wantsVariance)
    {
        ArgumentNullException.ThrowIfNull(xt);
        if (timestep < 0 || timestep > LastTimestep)
            throw new ArgumentOutOfRangeException(nameof(timestep), timestep, $"The network knows the timesteps 0 to {LastTimestep}.");
        using DisposeScope scope = NewDisposeScope();
        (Tensor output, Tensor? variance) = Ask(xt, timestep, wantsVariance);
        // A view would keep the network's output alive, or belong to the network.
        return new DiffusionPrediction(
            X0(xt, output, Schedule.AlphaBar(timestep)).MoveToOuterDisposeScope(), wantsVariance
                ? variance?.clone().MoveToOuterDisposeScope()
                : null);
    }

    /// <inheritdoc/>
    /// <remarks>The network is called at the real-valued timestep of the level, or the lowest for levels below the schedule's.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The level is not above 0, or beyond <see cref="LargestNoiseToSignal"/>.</exception>
    /// <exception cref="InvalidOperationException">The network is in training mode, or its result has the wrong shape.</exception>
    public Tensor PredictX0(Tensor x, double noiseToSignal)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (!(noiseToSignal > 0 && noiseToSignal <= LargestNoiseToSignal))
            throw new ArgumentOutOfRangeException(nameof(noiseToSignal), noiseToSignal,
                $"The noise level must be above 0, at most the network's {LargestNoiseToSignal:G6}.");
        using DisposeScope scope = NewDisposeScope();
        double alphaBar = 1 / (1 + noiseToSignal * noiseToSignal);
        Tensor xt = x.mul(Kept(Math.Sqrt(alphaBar)));
        (Tensor output, _) = Ask(xt.to_type(ScalarType.Float32), Schedule.ContinuousTimestep(noiseToSignal), wantsVariance: false);
        return X0(xt, output.to_type(x.dtype), alphaBar).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the network if the constructor was told to; otherwise the caller frees it.</summary>
    public void Dispose()
    {
        if (_disposeNetwork)
            (_network as IDisposable)?.Dispose();
    }

    /// <summary>The one place where the network is called.</summary>
    private (Tensor Output, Tensor? Variance) Ask(Tensor xt, double timestep, bool wantsVariance)
    {
        EvaluationMode.Require(_network);
        Input?.Require(xt.shape, "This denoiser");
        Tensor output = IOneTimestepNetwork.Ask(_network, xt, timestep * _timestepScale, wantsVariance);
        long channels = xt.shape[1];
        bool learned = LearnedVariance(output.shape, xt.shape);
        return (output.narrow(1, 0, channels), learned ? output.narrow(1, channels, channels) : null);
    }

    // Never overwrites x_t, which belongs to the caller, nor the output, which a network may keep.
    private Tensor X0(Tensor xt, Tensor output, double alphaBar)
    {
        switch (_parametrization)
        {
            case Parametrization.X0:
                return output.clone();
            case Parametrization.V:
                Tensor along = output.mul(Kept(Math.Sqrt(1 - alphaBar)));
                return xt.mul(Kept(Math.Sqrt(alphaBar))).sub_(along);
            default:
                Tensor noise = output.mul(Kept(Math.Sqrt(1 / alphaBar - 1)));
                return xt.div(Kept(Math.Sqrt(alphaBar))).sub_(noise);
        }
    }

    // Broadcasting would silently accept other shapes.
    private static bool LearnedVariance(long[] output, long[] xt)
    {
        long[] learned = [xt[0], 2 * xt[1], .. xt[2..]];
        if (output.SequenceEqual(learned))
            return true;
        return output.SequenceEqual(xt) ? false : throw new InvalidOperationException(
            $"For images [{string.Join(',', xt)}] the network must return [{string.Join(',', xt)}], or [{string.Join(',', learned)}] "
                + $"with a learned variance; it returned [{string.Join(',', output)}].");
    }
}
