using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Denoising;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Presets;

/// <summary>A diffusion network by name, with the schedule it was published with.</summary>
/// <param name="Create">Makes the network, with random weights.</param>
public sealed record CatalogDenoiser(Func<nn.Module<Tensor, Tensor, Tensor>> Create)
{
    /// <summary>Its noise schedule: <c>cosine</c> or <c>linear</c>.</summary>
    public string Schedule { get; init; } = "cosine";

    /// <summary>The number of timesteps T of the schedule.</summary>
    public int Timesteps { get; init; } = 1000;

    /// <summary>The network is fed t times this.</summary>
    public double TimestepScale { get; init; } = 1;

    /// <summary>The last timestep at which it was trained; null for the schedule's last.</summary>
    public int? LastTimestep { get; init; }

    /// <summary>
    /// Whether it is a network of Karras et al. 2022, which is given the noise level itself: schedule and timesteps do not matter then, and
    /// <see cref="Conditioned"/> denoises.
    /// </summary>
    public bool IsEdm { get; init; }

    /// <summary>The preconditioning, if it is one of their baseline networks; null for EDM's own.</summary>
    public SdePreconditioning? Baseline { get; init; }

    /// <summary>Makes the network in a file, where its weights say which it is; null where there is only one.</summary>
    internal Func<string, CheckpointOptions, nn.Module<Tensor, Tensor, Tensor>>? Read { get; init; }

    /// <summary>Makes the network and reads its weights from a checkpoint.</summary>
    /// <param name="path">Any format that <see cref="Checkpoint.Open(string)"/> reads.</param>
    /// <param name="device">Where to compute, such as <c>cpu</c> or <c>cuda</c>.</param>
    /// <param name="checkpoint">How the file is to be read; null for the usual way.</param>
    /// <exception cref="CheckpointException">The file is damaged or holds other weights.</exception>
    public nn.Module<Tensor, Tensor, Tensor> Load(string path, string device = "cpu", CheckpointOptions? checkpoint = null) =>
        CatalogWeights.Load(Create, Read, path, device, checkpoint ?? new CheckpointOptions());

    /// <summary>The network with its preconditioning, for <see cref="NoiseLevelDenoiser"/> and <see cref="HeunDenoiser"/>.</summary>
    /// <param name="network">What <see cref="Load"/> made, in any arithmetic.</param>
    /// <param name="disposeNetwork">Whether the model frees the network, if it can be freed.</param>
    /// <exception cref="InvalidOperationException">It is a network with timesteps.</exception>
    public SigmaConditionedModel Conditioned(nn.IModule<Tensor, Tensor, Tensor> network, bool disposeNetwork = false) => IsEdm
        ? Hub.PretrainedEdm.Conditioned(network, Baseline, disposeNetwork)
        : throw new InvalidOperationException("This network is fed timesteps: put a DiffusionModel with its schedule around it.");
}
