using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Hub;

/// <summary>
/// A network of Karras et al. 2022 (NVlabs/edm) from its state_dict, whose names and shapes say what to build. The published .pkl files
/// hold code and are not read: docs/models.md has the three lines of Python that save a state_dict.
/// </summary>
public sealed class PretrainedEdm : IDisposable
{
    /// <summary>
    /// Approximately the noisiest level at which EDM's networks were trained: ln(s) is drawn around -1.2 with deviation 1.2.
    /// </summary>
    private const double LargestLevel = 80;

    private PretrainedEdm(EdmUNet network, SigmaConditionedModel model) =>
        (Network, Model, Denoiser) = (network, model, new NoiseLevelDenoiser(model));

    /// <summary>The bare U-Net.</summary>
    public EdmUNet Network { get; }

    /// <summary>The network with its preconditioning, for <see cref="HeunDenoiser"/>.</summary>
    public SigmaConditionedModel Model { get; }

    /// <summary>One-shot denoising, for pixels in [0,1].</summary>
    public NoiseLevelDenoiser Denoiser { get; }

    /// <summary>Opens a state_dict.</summary>
    /// <param name="path">Any format that <see cref="Checkpoint.Open(string)"/> reads; names may begin with <c>model.</c>.</param>
    /// <param name="baseline">The preconditioning of the baselines (files baseline-*); null for EDM's own.</param>
    /// <param name="device">Where to compute, such as <c>cpu</c> or <c>cuda</c>.</param>
    /// <param name="checkpoint">How the file is read; null for the usual way.</param>
    /// <exception cref="CheckpointException">The file is damaged or holds other weights.</exception>
    /// <exception cref="ArgumentException">There is no such device.</exception>
    public static PretrainedEdm Open(
        string path, SdePreconditioning? baseline = null, string device = "cpu", CheckpointOptions? checkpoint = null)
    {
        Device target = LibTorch.DeviceNamed(device);
        EdmUNet network = Load(path, checkpoint ?? new CheckpointOptions());
        try
        {
            network.to(target);
            return new PretrainedEdm(network, Conditioned(network, baseline));
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>Frees the network.</summary>
    public void Dispose() => Network.Dispose();

    /// <summary>Reads the network in a file.</summary>
    internal static EdmUNet Load(string path, CheckpointOptions how)
    {
        using Checkpoint checkpoint = Checkpoint.Open(path, how);
        EdmUNet network = new(EdmShape.Of(checkpoint));
        try
        {
            StateDict.Load(network, checkpoint);
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>The network with its preconditioning.</summary>
    internal static SigmaConditionedModel Conditioned(
        nn.IModule<Tensor, Tensor, Tensor> network, SdePreconditioning? baseline, bool disposeNetwork = false)
    {
        if (baseline is not { } kind)
            return new SigmaConditionedModel(
                new EdmPreconditionedNetwork(network, disposeNetwork: disposeNetwork), LargestLevel, disposeNetwork);
        SdePreconditionedNetwork conditioned = new(network, kind, disposeNetwork);
        return new SigmaConditionedModel(conditioned, conditioned.LargestNoiseToSignal, disposeNetwork);
    }
}
