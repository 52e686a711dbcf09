using DenoisedSmoothing.Parts;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Denoising;

/// <summary>
/// The preconditioning of score-based models around a bare network F (Karras et al. 2022, table 1): D(x, s) = x + c_out F(c_in x, c_noise).
/// </summary>
/// <remarks>
/// Usable wherever a network of images and noise levels is: <see cref="SigmaConditionedModel"/>. Safe for concurrent use where the network
/// is.
/// </remarks>
public sealed class SdePreconditionedNetwork : nn.IModule<Tensor, Tensor, Tensor>, IImageNetwork, IDescribed, IDisposable
{
    // beta_d, beta_min and M of the paper.
    private const double Slope = 19.9, Start = 0.1, LastTimestep = 999, LargestExploding = 100;

    private readonly nn.IModule<Tensor, Tensor, Tensor> _network;
    private readonly SdePreconditioning _kind;
    private readonly bool _disposeNetwork;

    /// <summary>Wraps a bare network.</summary>
    /// <param name="network">F: takes [N,C,H,W] and c_noise [N], returns [N,C,H,W]. It is put in evaluation mode.</param>
    /// <param name="kind">Which of the two.</param>
    /// <param name="disposeNetwork">Whether <see cref="Dispose"/> also frees the network, if it can be freed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The kind is neither of the two.</exception>
    public SdePreconditionedNetwork(nn.IModule<Tensor, Tensor, Tensor> network, SdePreconditioning kind, bool disposeNetwork = false)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (!Enum.IsDefined(kind))
            throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such preconditioning: give one of the two.");
        (_network, _kind, _disposeNetwork) = (network, kind, disposeNetwork);
        (network as nn.Module)?.eval();
    }

    /// <summary>The highest level for which such networks are trained.</summary>
    public double LargestNoiseToSignal => _kind == SdePreconditioning.VarianceExploding
        ? LargestExploding
        : Math.Sqrt(Math.Exp(Slope / 2 + Start) - 1);

    /// <inheritdoc/>
    public PartInfo Info => PartInfo.Of(_network).Named(network => $"{_kind}({network})");

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
        bool exploding = _kind == SdePreconditioning.VarianceExploding;
        Tensor output = exploding
            ? _network.call(x.alias(), levels.div(Kept(2)).log())
            : _network.call(x / s.Squared().PlusInPlace(1).sqrt(), Times(levels));
        if (!output.shape.SequenceEqual(x.shape)) // would broadcast
            throw new InvalidOperationException(
                $"These networks keep the shape: this one made [{string.Join(',', output.shape)}] of [{string.Join(',', x.shape)}].");
        Tensor added = output * s;
        return (exploding ? added.PlusInPlace(x) : x - added).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the network if the constructor was told to; otherwise the caller frees it.</summary>
    public void Dispose()
    {
        if (_disposeNetwork)
            (_network as IDisposable)?.Dispose();
    }

    // The time t in [0,1] whose level is s, times 999: s^2 = exp(beta_d t^2 / 2 + beta_min t) - 1.
    private static Tensor Times(Tensor levels) =>
        levels.Squared().PlusInPlace(1).log().mul_(Kept(2 * Slope)).PlusInPlace(Start * Start).sqrt_().PlusInPlace(-Start)
            .mul_(Kept(LastTimestep / Slope));
}
