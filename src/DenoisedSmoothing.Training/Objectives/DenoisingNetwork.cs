using System.Globalization;
using DenoisedSmoothing.Denoising;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Training;

/// <summary>
/// A denoiser as training needs it: from noisy images to clean ones in whatever mode the network is in, with gradients.
/// <see cref="DenoisingError"/>, <see cref="DenoisingStability"/> and <see cref="DenoisingClassification"/> train it.
/// </summary>
/// <remarks>
/// Use the result as a <see cref="NetworkDenoiser"/> or a <see cref="OneShotDenoiser"/>, at the sigma it was trained for.
/// </remarks>
public sealed class DenoisingNetwork
{
    private readonly Func<Tensor, double, Tensor> _denoise;
    private readonly double _largestSigma = double.PositiveInfinity;

    /// <summary>A network that is not told sigma, such as DnCNN or MemNet (Salman et al. 2020).</summary>
    /// <param name="network">A module of weights that maps [N,C,H,W] to the same shape.</param>
    /// <exception cref="ArgumentException">The network is not a module with parameters.</exception>
    public DenoisingNetwork(nn.IModule<Tensor, Tensor> network)
    {
        ArgumentNullException.ThrowIfNull(network);
        (Network, Settings, _denoise) = (Trainable.Module(network, nameof(network)), "one level", (noisy, _) => network.call(noisy));
    }

    /// <summary>A diffusion model, used in one shot at the timestep of sigma, as in <see cref="OneShotDenoiser"/>.</summary>
    /// <param name="model">Over a module of weights, in <see cref="Parametrization.Epsilon"/>.</param>
    /// <exception cref="ArgumentException">The network is not a module with parameters, or predicts something other than the
    /// noise.</exception>
    public DenoisingNetwork(DiffusionModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Parametrization != Parametrization.Epsilon)
            throw new ArgumentException($"Training takes networks that predict epsilon; this model says {model.Parametrization}.",
                nameof(model));
        (Network, Settings) = (Trainable.Module(model.Network, nameof(model)),
            string.Create(CultureInfo.InvariantCulture, $"one-shot of {model.Schedule.TimestepCount} timesteps"));
        (_denoise, _largestSigma) = ((noisy, sigma) => OneShot(model, noisy, sigma), model.LargestSigma);
    }

    /// <summary>The network that is trained.</summary>
    public nn.Module Network { get; }

    internal string Settings { get; }

    internal double Reached(double sigma) => Trainable.Sigma(sigma) <= _largestSigma ? sigma : throw new ArgumentOutOfRangeException(
        nameof(sigma), sigma, $"Sigma is beyond the network's noisiest timestep, which is sigma {_largestSigma:G6}.");

    /// <summary>Denoises.</summary>
    /// <param name="noisy">[N,C,H,W]: images in [0,1] with noise.</param>
    /// <param name="sigma">Its noise per pixel.</param>
    /// <exception cref="InvalidOperationException">The network's result has another shape than its input.</exception>
    internal Tensor Denoise(Tensor noisy, double sigma)
    {
        Tensor clean = _denoise(noisy, sigma);
        return clean.shape.SequenceEqual(noisy.shape) ? clean : throw new InvalidOperationException(
            $"A denoiser keeps the shape: the network made [{string.Join(',', clean.shape)}] of [{string.Join(',', noisy.shape)}].");
    }

    // With gradients and in training mode, which the model itself refuses: a certificate involves neither.
    private static Tensor OneShot(DiffusionModel model, Tensor noisy, double sigma)
    {
        int timestep = model.TimestepFor(sigma);
        double alphaBar = model.Schedule.AlphaBar(timestep);
        Tensor x = SymmetricPixels.FromUnit(noisy) * Kept(Math.Sqrt(alphaBar));
        Tensor timesteps = full(x.shape[0], Kept(timestep * model.TimestepScale), ScalarType.Float32, x.device);
        Tensor noise = model.Network.call(x, timesteps).narrow(1, 0, x.shape[1]);
        return SymmetricPixels.ToUnit((x - Kept(Math.Sqrt(1 - alphaBar)) * noise) / Kept(Math.Sqrt(alphaBar)));
    }
}
