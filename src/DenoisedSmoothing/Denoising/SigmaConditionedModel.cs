using System.Globalization;
using DenoisedSmoothing.Parts;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Denoising;

/// <summary>
/// A network that is told the noise level itself and returns the clean image, D(x, sigma) of Karras et al. 2022: for the deterministic
/// sampler, <see cref="HeunDenoiser"/>.
/// </summary>
/// <remarks>
/// <see cref="EdmPreconditionedNetwork"/> turns a bare network of theirs into one. Safe for concurrent use where the network is.
/// </remarks>
public sealed class SigmaConditionedModel : IX0Predictor, IDescribed, IDisposable
{
    private readonly nn.IModule<Tensor, Tensor, Tensor> _network;
    private readonly bool _disposeNetwork;

    /// <summary>Wraps a network.</summary>
    /// <param name="network">
    /// Takes x = x_0 + s z, float32 [N,C,H,W] with x_0 in [-1,1], and s, float32 [N]; returns x_0 [N,C,H,W]. It is put in evaluation mode.
    /// </param>
    /// <param name="largestNoiseToSignal">The highest s that the network was trained for; 80 for EDM's.</param>
    /// <param name="disposeNetwork">Whether <see cref="Dispose"/> also frees the network, if it can be freed.</param>
    /// <exception cref="ArgumentOutOfRangeException">The highest level is not finite and positive.</exception>
    public SigmaConditionedModel(nn.IModule<Tensor, Tensor, Tensor> network, double largestNoiseToSignal = 80, bool disposeNetwork = false)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (!(largestNoiseToSignal > 0) || double.IsInfinity(largestNoiseToSignal))
            throw new ArgumentOutOfRangeException(nameof(largestNoiseToSignal), largestNoiseToSignal,
                "The highest noise level must be finite and above 0.");
        (_network, LargestNoiseToSignal, _disposeNetwork) = (network, largestNoiseToSignal, disposeNetwork);
        (network as nn.Module)?.eval();
    }

    /// <inheritdoc/>
    public double LargestNoiseToSignal { get; }

    /// <summary>The largest sigma, in [0,1] pixel space, that can be denoised.</summary>
    public double LargestSigma => SymmetricPixels.Sigma(LargestNoiseToSignal);

    /// <inheritdoc/>
    public PartInfo Info => (PartInfo.Of(_network) with
    {
        LargestSigma = LargestSigma,
    }).Named(static network => $"sigma-conditioned({network})");

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">The level is not above 0, or beyond <see cref="LargestNoiseToSignal"/>.</exception>
    /// <exception cref="InvalidOperationException">The network is in training mode, or its result has another shape than its
    /// input.</exception>
    public Tensor PredictX0(Tensor x, double noiseToSignal)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (!(noiseToSignal > 0 && noiseToSignal <= LargestNoiseToSignal))
            throw new ArgumentOutOfRangeException(nameof(noiseToSignal), noiseToSignal,
                string.Create(CultureInfo.InvariantCulture,
                $"The noise level must be above 0, at most the network's {LargestNoiseToSignal:G6}."));
        EvaluationMode.Require(_network);
        using DisposeScope scope = NewDisposeScope();
        Tensor levels = full(x.shape[0], Kept(noiseToSignal), ScalarType.Float32, x.device);
        Tensor x0 = _network.call(x.to_type(ScalarType.Float32), levels);
        if (!x0.shape.SequenceEqual(x.shape))
            throw new InvalidOperationException(
                $"A denoiser keeps the shape: the network made [{string.Join(',', x0.shape)}] of [{string.Join(',', x.shape)}].");
        // A copy: the network may keep what it returned.
        return x0.to(x.dtype, copy: true).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the network if the constructor was told to; otherwise the caller frees it.</summary>
    public void Dispose()
    {
        if (_disposeNetwork)
            (_network as IDisposable)?.Dispose();
    }
}
