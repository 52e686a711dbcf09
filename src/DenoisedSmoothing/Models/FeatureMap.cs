using static TorchSharp.torch;

namespace DenoisedSmoothing.Models;

/// <summary>Images inside a network, with what is known about them and what is still missing.</summary>
/// <param name="Values">[N,C,H,W], channels-last.</param>
/// <param name="Missing">What has yet to be added to every pixel: [C] or [N,C]; null where nothing is missing.</param>
/// <param name="Moments">
/// Means and spreads of the values by channel, as in <see cref="Kernels.KernelCalls"/>; null where they have not been computed.
/// </param>
internal sealed record FeatureMap(Tensor Values, Tensor? Missing = null, Tensor? Moments = null) : IDisposable
{
    /// <summary>Frees the values and the moments; what is missing may be a network's own bias.</summary>
    public void Dispose()
    {
        Values.Dispose();
        Moments?.Dispose();
    }

    /// <summary>Lets the values and moments outlive the current scope.</summary>
    public FeatureMap MoveToOuterDisposeScope()
    {
        Values.MoveToOuterDisposeScope();
        Moments?.MoveToOuterDisposeScope();
        return this;
    }
}
