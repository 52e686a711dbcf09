using static TorchSharp.torch;

namespace DenoisedSmoothing.Training;

/// <summary>The images of one training step. The trainer owns the tensors.</summary>
public sealed class TrainingBatch
{
    /// <summary>The images, augmented according to the options: float32 [B,C,H,W] in [0,1], on the network's device.</summary>
    public required Tensor Images { get; init; }

    /// <summary>Their labels: int64 [B] on the network's device, each in [0, <see cref="ClassCount"/>).</summary>
    public required Tensor Labels { get; init; }

    /// <summary>The number of classes of the data.</summary>
    public required int ClassCount { get; init; }

    /// <summary>Their places in the data set, [B]: for objectives that keep something per image.</summary>
    public IReadOnlyList<int> Indices { get; init; } = [];

    /// <summary>The number of finished steps, from 0.</summary>
    public int Step { get; init; }

    /// <summary>The number of steps planned in all.</summary>
    public int Steps { get; init; } = 1;

    /// <summary>The number of finished passes through the data, from 0: that of the batch's first image.</summary>
    public int Epoch { get; init; }
}
