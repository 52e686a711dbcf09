using System.Globalization;
using DenoisedSmoothing.Parts;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Denoising;

/// <summary>
/// EDM's preconditioning around a bare network F (Karras et al. 2022, equation 7 and table 1): D(x, s) = c_skip x + c_out F(c_in x,
/// ln(s)/4) with c_skip = d^2/(s^2 + d^2), c_out = s d/sqrt(s^2 + d^2), c_in = 1/sqrt(s^2 + d^2), where d is the data's standard deviation.
/// </summary>
/// <remarks>
/// Usable wherever a network of images and noise levels is: <see cref="SigmaConditionedModel"/>. Safe for concurrent use where the network
/// is.
/// </remarks>
public sealed class EdmPreconditionedNetwork : nn.IModule<Tensor, Tensor, Tensor>, IImageNetwork, IDescribed, IDisposable
{
    private readonly nn.IModule<Tensor, Tensor, Tensor> _network;
    private readonly double _dataDeviation;
    private readonly bool _disposeNetwork;

    /// <summary>Wraps a bare network.</summary>
    /// <param name="network">F: takes [N,C,H,W] and ln(s)/4 [N], returns [N,C,H,W]. It is put in evaluation mode.</param>
    /// <param name="dataDeviation">The standard deviation of images in [-1,1] that it was trained with, "sigma_data".</param>
    /// <param name="disposeNetwork">Whether <see cref="Dispose"/> also frees the network, if it can be freed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The deviation is not finite and positive.</exception>
    public EdmPreconditionedNetwork(nn.IModule<Tensor, Tensor, Tensor> network, double dataDeviation = .5, bool disposeNetwork = false)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (!(dataDeviation > 0) || double.IsInfinity(dataDeviation))
            throw new ArgumentOutOfRangeException(nameof(dataDeviation), dataDeviation,
                "The data's standard deviation must be finite and above 0.");
        (_network, _dataDeviation, _disposeNetwork) = (network, dataDeviation, disposeNetwork);
        (network as nn.Module)?.eval();
    }

    /// <inheritdoc/>
    public PartInfo Info => PartInfo.Of(_network)
        .Named(network => string.Create(CultureInfo.InvariantCulture, $"edm({_dataDeviation:R};{network})"));

    /// <summary>What images the network takes; null where it does not say.</summary>
    public InputShape? Input => IImageNetwork.InputOf(_network);

    /// <summary>D(x, s).</summary>
    /// <param name="x">x_0 + s z, float32 [N,C,H,W].</param>
    /// <param name="levels">s, float32 [N].</param>
    /// <returns>x_0, float32 [N,C,H,W]; fresh.</returns>
    /// <exception cref="InvalidOperationException">The network is in training mode, or its result has another shape than its
    /// input.</exception>
    public Tensor call(Tensor x, Tensor levels)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(levels);
        EvaluationMode.Require(_network);
        using DisposeScope scope = NewDisposeScope();
        Tensor s = levels.reshape(-1, 1, 1, 1);
        Tensor power = s.Squared().PlusInPlace(_dataDeviation * _dataDeviation), root = power.sqrt();
        Tensor output = _network.call(x / root, levels.log().div_(Kept(4)));
        if (!output.shape.SequenceEqual(x.shape)) // would broadcast
            throw new InvalidOperationException(
                $"EDM's networks keep the shape: this one made [{string.Join(',', output.shape)}] of [{string.Join(',', x.shape)}].");
        Tensor skip = x * (Kept(_dataDeviation * _dataDeviation) / power);
        return skip.PlusInPlace(output * (s * Kept(_dataDeviation) / root)).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the network if the constructor was told to; otherwise the caller frees it.</summary>
    public void Dispose()
    {
        if (_disposeNetwork)
            (_network as IDisposable)?.Dispose();
    }
}
