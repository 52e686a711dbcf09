using System.Globalization;
using DenoisedSmoothing.Parts;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Denoising;

/// <summary>A score network (Song and Ermon 2020; Lee 2021): told the noise level, it returns the score.</summary>
/// <remarks>Safe for concurrent use where the network is.</remarks>
public sealed class ScoreModel : IScore, IDescribed, IDisposable
{
    private readonly nn.IModule<Tensor, Tensor, Tensor> _network;
    private readonly bool _disposeNetwork;

    /// <summary>Wraps a network.</summary>
    /// <param name="network">
    /// Takes noisy images, float32 [N,C,H,W] with pixels of [0,1] before the noise, and sigma, float32 [N]; returns sigma times the score,
    /// [N,C,H,W], which has the same scale at all levels: minus the expected noise, in units of sigma. It is put in evaluation mode.
    /// </param>
    /// <param name="largestSigma">The highest sigma that the network was trained for, in [0,1] pixel space.</param>
    /// <param name="disposeNetwork">Whether <see cref="Dispose"/> also frees the network, if it can be freed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The highest sigma is not finite and positive.</exception>
    public ScoreModel(nn.IModule<Tensor, Tensor, Tensor> network, double largestSigma, bool disposeNetwork = false)
    {
        ArgumentNullException.ThrowIfNull(network);
        Require.Sigma(largestSigma);
        (_network, LargestSigma, _disposeNetwork) = (network, largestSigma, disposeNetwork);
        Input = IImageNetwork.InputOf(network);
        (network as nn.Module)?.eval();
    }

    /// <summary>The network.</summary>
    public nn.IModule<Tensor, Tensor, Tensor> Network => _network;

    /// <summary>What images it takes; others are refused.</summary>
    /// <value>What the network says; null, and no check, where it does not say.</value>
    public InputShape? Input { get; init; }

    /// <inheritdoc/>
    public double LargestSigma { get; }

    /// <summary>The lowest sigma that the network was trained for, in [0,1] pixel space; lower ones are refused.</summary>
    /// <value>0.</value>
    public double SmallestSigma { get; init; }

    /// <inheritdoc/>
    public PartInfo Info => (PartInfo.Of(_network).Taking(Input) with { LargestSigma = LargestSigma }).Named(static network =>
        $"score({network})");

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">
    /// Sigma is not above 0, or is outside the range from <see cref="SmallestSigma"/> to <see cref="LargestSigma"/>.
    /// </exception>
    /// <exception cref="InvalidOperationException">The network is in training mode, or its result has another shape than its
    /// input.</exception>
    public Tensor Score(Tensor noisy, double sigma)
    {
        ArgumentNullException.ThrowIfNull(noisy);
        if (!(sigma > 0 && sigma >= SmallestSigma && sigma <= LargestSigma))
            throw new ArgumentOutOfRangeException(nameof(sigma), sigma, string.Create(CultureInfo.InvariantCulture,
                $"Sigma must be above 0 and in the network's range, {SmallestSigma:G6} to {LargestSigma:G6}."));
        EvaluationMode.Require(_network);
        Input?.Require(noisy.shape, "This score network");
        using DisposeScope scope = NewDisposeScope();
        Tensor levels = full(noisy.shape[0], Kept(sigma), ScalarType.Float32, noisy.device);
        Tensor scaled = _network.call(noisy.to_type(ScalarType.Float32), levels);
        return scaled.shape.SequenceEqual(noisy.shape)
            ? scaled.to_type(noisy.dtype).div(Kept(sigma)).MoveToOuterDisposeScope()
            : throw new InvalidOperationException(
                $"A score has its image's shape: the network made [{string.Join(',', scaled.shape)}] of "
                + $"[{string.Join(',', noisy.shape)}].");
    }

    /// <summary>Frees the network if the constructor was told to; otherwise the caller frees it.</summary>
    public void Dispose()
    {
        if (_disposeNetwork)
            (_network as IDisposable)?.Dispose();
    }
}
