using DenoisedSmoothing.Parts;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace DenoisedSmoothing.Models;

/// <summary>
/// Runs a noise predictor on patches: p x p pixels become channels, the network works at 1/p of the resolution, and its result is spread
/// out again. Takes x [N,C,H,W] and timesteps [N]; the inner network takes and returns [N,C p p,H/p,W/p]. Cheap for small grey images.
/// </summary>
public sealed class PatchedNetwork : Module<Tensor, Tensor, Tensor>, IOneTimestepNetwork, IImageNetwork
{
    private readonly Module<Tensor, Tensor, Tensor> network;
    private readonly int _patch;

    /// <summary>Wraps a network, which it then owns.</summary>
    /// <param name="network">The inner network, registered as <c>network</c>.</param>
    /// <param name="patch">The patch size p in pixels, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The patch size is below 1.</exception>
    public PatchedNetwork(Module<Tensor, Tensor, Tensor> network, int patch) : base(Describe(network, patch))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(patch, 1);
        this.network = network;
        _patch = patch;
        Input = Unpatched(IImageNetwork.InputOf(network), patch);
        RegisterComponents();
    }

    /// <summary>What images it takes; null where the inner network does not say.</summary>
    public InputShape? Input { get; }

    // Errors speak of the images, not of the patches that the inner network sees.
    private void Require(Tensor x)
    {
        ArgumentNullException.ThrowIfNull(x);
        if (Input is not null)
            NetworkInput.Require(x, nameof(PatchedNetwork), Input);
    }

    private static InputShape? Unpatched(InputShape? inner, int patch) => inner?.Channels is not { } channels
        || channels % (patch * patch) != 0
        ? null
        : new InputShape(channels / (patch * patch), inner.Height * patch, inner.Width * patch, inner.Multiple * patch);

    // The part of the computed function that the state_dict does not show.
    private static string Describe(Module<Tensor, Tensor, Tensor> network, int patch)
    {
        ArgumentNullException.ThrowIfNull(network);
        return $"{nameof(PatchedNetwork)}({patch};{network.GetName()})";
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor x, Tensor timesteps)
    {
        Require(x);
        using DisposeScope scope = NewDisposeScope();
        Tensor patches = nn.functional.pixel_unshuffle(x, _patch);
        return nn.functional.pixel_shuffle(network.call(patches, timesteps), _patch).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    Tensor IOneTimestepNetwork.Predict(Tensor x, double timestep, bool variance)
    {
        Require(x);
        using DisposeScope scope = NewDisposeScope();
        Tensor patches = nn.functional.pixel_unshuffle(x, _patch);
        return nn.functional.pixel_shuffle(IOneTimestepNetwork.Ask(network, patches, timestep, variance), _patch).MoveToOuterDisposeScope();
    }
}
