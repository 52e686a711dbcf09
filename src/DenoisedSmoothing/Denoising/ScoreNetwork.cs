using System.Globalization;
using DenoisedSmoothing.Parts;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DenoisedSmoothing.Denoising;

/// <summary>
/// A diffusion network as the network of a <see cref="ScoreModel"/>: it is given (2 x - 1)/sqrt(1 + (2 sigma)^2), which has the same scale
/// at all levels, and a timestep that rises with ln(sigma) from 0 at the smallest to 999 at the largest; it returns sigma times the score.
/// </summary>
/// <remarks>
/// Its weights have the network's names after <c>score.</c>, so that they are not mistaken for those of a network that predicts noise.
/// Disposing it frees the network. Safe for concurrent use where the network is.
/// </remarks>
public sealed class ScoreNetwork : Module<Tensor, Tensor, Tensor>, IImageNetwork, IDescribed
{
    private const double LastTimestep = 999;

    private readonly IModule<Tensor, Tensor, Tensor> _network;

    /// <summary>Wraps a network.</summary>
    /// <param name="network">Takes [N,C,H,W] and timesteps float32 [N]; returns [N,C,H,W], or more channels, of which the first C
    /// count.</param>
    /// <param name="smallestSigma">The lowest noise level, in [0,1] pixel space; above 0.</param>
    /// <param name="largestSigma">The highest; at least the lowest.</param>
    /// <exception cref="ArgumentOutOfRangeException">The levels are not a range above 0.</exception>
    public ScoreNetwork(IModule<Tensor, Tensor, Tensor> network, double smallestSigma, double largestSigma) : base(nameof(ScoreNetwork))
    {
        ArgumentNullException.ThrowIfNull(network);
        if (!(smallestSigma > 0 && smallestSigma <= largestSigma && double.IsFinite(largestSigma)))
            throw new ArgumentOutOfRangeException(nameof(smallestSigma), smallestSigma, string.Create(CultureInfo.InvariantCulture,
                $"The lowest level must be above 0 and at most the highest, {largestSigma:G6}."));
        (_network, SmallestSigma, LargestSigma) = (network, smallestSigma, largestSigma);
        if (network is Module module)
            register_module("score", module);
    }

    /// <summary>The lowest noise level.</summary>
    public double SmallestSigma { get; }

    /// <summary>The highest noise level.</summary>
    public double LargestSigma { get; }

    /// <inheritdoc/>
    public InputShape? Input => IImageNetwork.InputOf(_network);

    /// <inheritdoc/>
    public PartInfo Info => PartInfo.Of(_network).Named(network => string.Create(
        CultureInfo.InvariantCulture, $"{SmallestSigma:R}..{LargestSigma:R};{network}"));

    /// <summary>Sigma times the score.</summary>
    /// <param name="x">Images in [0,1] with noise: [N,C,H,W], of the network's floating-point type.</param>
    /// <param name="sigma">The noise of each: [N].</param>
    /// <returns>[N,C,H,W], of x's type; fresh.</returns>
    public override Tensor forward(Tensor x, Tensor sigma)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor level = sigma.to_type(ScalarType.Float32), noise = level.mul(Kept(2)).reshape(-1, 1, 1, 1);
        Tensor seen = SymmetricPixels.FromUnit(x) / noise.Squared().PlusInPlace(1).sqrt_().to_type(x.dtype);
        Tensor said = _network.call(seen, Timesteps(level));
        return said.narrow(1, 0, x.shape[1]).clone().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // A module is registered and freed with this one; adapters around one are not.
        if (disposing && _network is not Module)
            (_network as IDisposable)?.Dispose();
        base.Dispose(disposing);
    }

    private Tensor Timesteps(Tensor sigma) => LargestSigma > SmallestSigma
        ? sigma.div(Kept(SmallestSigma)).log_().mul_(Kept(LastTimestep / Math.Log(LargestSigma / SmallestSigma)))
            .clamp_(Kept(0), Kept(LastTimestep))
        : zeros_like(sigma);
}
