using DenoisedSmoothing.Checkpoints;
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

    /// <summary>The last timestep that it was trained at; null for the schedule's last.</summary>
    public int? LastTimestep { get; init; }

    /// <summary>Makes the network and reads its weights from a checkpoint.</summary>
    /// <param name="path">Any format that <see cref="Checkpoint.Open(string)"/> reads.</param>
    /// <param name="device">Where it computes, such as <c>cpu</c> or <c>cuda</c>.</param>
    /// <param name="checkpoint">How the file is to be read; null for the usual way.</param>
    /// <exception cref="CheckpointException">The file is damaged or holds other weights.</exception>
    public nn.Module<Tensor, Tensor, Tensor> Load(string path, string device = "cpu", CheckpointOptions? checkpoint = null) =>
        CatalogWeights.Load(Create, path, device, checkpoint ?? new CheckpointOptions());
}
