using DenoisedSmoothing.Parts;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Networks;

/// <summary>
/// A network computing in float16 or bfloat16 behind a float32 interface: half the memory, and several times the speed on a GPU. Usable
/// wherever a network is. The certificate's precision says so, since votes in another precision belong to another classifier.
/// </summary>
/// <remarks>
/// Timesteps stay float32, since bfloat16 holds whole numbers only up to 256. Overflow in float16 shows up as NaN scores, which are an
/// error and never a vote; bfloat16 has float32's range. Safe for concurrent use where the network is.
/// </remarks>
public sealed class HalfPrecisionNetwork : nn.IModule<Tensor, Tensor>, nn.IModule<Tensor, Tensor, Tensor>, IOneTimestepNetwork,
    IImageNetwork, IDescribed, IDisposable
{
    private readonly nn.Module _network;
    private readonly ScalarType _type;

    /// <summary>Converts a network in place and owns it from then on.</summary>
    /// <param name="network">
    /// A module over images (a classifier), or over images and timesteps (a denoiser). It is put in evaluation mode.
    /// </param>
    /// <param name="type">Float16 or BFloat16.</param>
    /// <exception cref="ArgumentException">The type is neither, or the module takes something else.</exception>
    public HalfPrecisionNetwork(nn.Module network, ScalarType type = ScalarType.Float16)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (type is not (ScalarType.Float16 or ScalarType.BFloat16))
            throw new ArgumentException($"Half precision is Float16 or BFloat16; got {type}.", nameof(type));
        if (network is not (nn.IModule<Tensor, Tensor> or nn.IModule<Tensor, Tensor, Tensor>))
            throw new ArgumentException($"{network.GetName()} must take one tensor (images) or two (images, timesteps) and return one.",
                nameof(network));
        network.to(type);
        network.eval();
        (_network, _type) = (network, type);
    }

    /// <inheritdoc/>
    public PartInfo Info => PartInfo.Of(_network) with { Precision = _type == ScalarType.Float16 ? "float16" : "bfloat16" };

    /// <summary>What images the network takes; null where it does not say.</summary>
    public InputShape? Input => IImageNetwork.InputOf(_network);

    /// <summary>Calls a network of one argument.</summary>
    /// <param name="images">float32 [N,C,H,W].</param>
    /// <returns>The network's result as float32; fresh.</returns>
    /// <exception cref="InvalidOperationException">The network takes timesteps as well.</exception>
    public Tensor call(Tensor images)
    {
        EvaluationMode.Require(_network);
        ArgumentNullException.ThrowIfNull(images);
        if (_network is not nn.IModule<Tensor, Tensor> network)
            throw new InvalidOperationException(
                $"{_network.GetName()} takes images and timesteps: it is a denoiser's network, not a classifier's.");
        using DisposeScope scope = NewDisposeScope();
        return network.call(images.to_type(_type)).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>Calls a network of two arguments.</summary>
    /// <param name="images">float32 [N,C,H,W].</param>
    /// <param name="timesteps">float32 [N]; passed on unchanged.</param>
    /// <returns>The network's result as float32; fresh.</returns>
    /// <exception cref="InvalidOperationException">The network takes no timesteps.</exception>
    public Tensor call(Tensor images, Tensor timesteps)
    {
        EvaluationMode.Require(_network);
        ArgumentNullException.ThrowIfNull(images);
        if (_network is not nn.IModule<Tensor, Tensor, Tensor> network)
            throw TakesImagesOnly();
        using DisposeScope scope = NewDisposeScope();
        return network.call(images.to_type(_type), timesteps).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    Tensor IOneTimestepNetwork.Predict(Tensor x, double timestep, bool variance)
    {
        EvaluationMode.Require(_network);
        if (_network is not nn.IModule<Tensor, Tensor, Tensor> network)
            throw TakesImagesOnly();
        using DisposeScope scope = NewDisposeScope();
        return IOneTimestepNetwork.Ask(network, x.to_type(_type), timestep, variance).to_type(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the network.</summary>
    public void Dispose() => _network.Dispose();

    private InvalidOperationException TakesImagesOnly() => new($"{_network.GetName()} takes images only: it is not a diffusion network.");
}
