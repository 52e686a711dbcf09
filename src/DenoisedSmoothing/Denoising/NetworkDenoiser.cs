using DenoisedSmoothing.Models;
using DenoisedSmoothing.Parts;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Denoising;

/// <summary>
/// A network that maps noisy images to clean ones and is not told sigma, such as <see cref="DnCnn"/> and <see cref="MemNet"/> under the
/// weights of Salman et al. 2020, who train one set of weights a noise level: use the one that was trained at the certified sigma.
/// </summary>
/// <remarks>The result is the network's, as it is: not clipped to [0,1]. Safe for concurrent use where the network is.</remarks>
public sealed class NetworkDenoiser : IDenoiser, IDescribed, IDisposable
{
    private readonly nn.IModule<Tensor, Tensor> _network;
    private readonly bool _disposeNetwork;

    /// <summary>Wraps a network.</summary>
    /// <param name="network">Takes noisy images [N,C,H,W] in [0,1] and returns clean ones of the same shape. Put in evaluation
    /// mode.</param>
    /// <param name="disposeNetwork">Whether <see cref="Dispose"/> frees the network too, where it can be.</param>
    public NetworkDenoiser(nn.IModule<Tensor, Tensor> network, bool disposeNetwork = false)
    {
        ArgumentNullException.ThrowIfNull(network);
        (_network, _disposeNetwork) = (network, disposeNetwork);
        Input = IImageNetwork.InputOf(network);
        (network as nn.Module)?.eval();
    }

    /// <summary>What images it takes: others are refused.</summary>
    /// <value>What the network says; null, and no check, where it does not say.</value>
    public InputShape? Input { get; init; }

    /// <inheritdoc/>
    public PartInfo Info => PartInfo.Of(_network).Taking(Input).Named(static network => $"network({network})");

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The network is in training mode, or its result has another shape than its
    /// input.</exception>
    public Tensor Denoise(Tensor noisy, NoiseContext noise)
    {
        ArgumentNullException.ThrowIfNull(noisy);
        ArgumentNullException.ThrowIfNull(noise);
        EvaluationMode.Require(_network);
        Input?.Require(noisy.shape, "This denoiser");
        Tensor clean = _network.call(noisy);
        if (clean.shape.SequenceEqual(noisy.shape))
            return clean;
        using (clean)
            throw new InvalidOperationException(
                $"A denoiser keeps the shape: the network made [{string.Join(',', clean.shape)}] of [{string.Join(',', noisy.shape)}].");
    }

    /// <summary>Frees the network where the constructor was told to; otherwise it is the caller's.</summary>
    public void Dispose()
    {
        if (_disposeNetwork)
            (_network as IDisposable)?.Dispose();
    }
}
