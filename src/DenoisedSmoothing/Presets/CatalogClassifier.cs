using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Preprocessing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Presets;

/// <summary>
/// A classifier network by name, with the preprocessing it was published with: the most common mistake is combining the right weights with
/// the wrong settings.
/// </summary>
/// <param name="Create">Makes the network, with random weights, for a number of classes.</param>
public sealed record CatalogClassifier(Func<int, nn.Module<Tensor, Tensor>> Create)
{
    /// <summary>How the network wants its pixels normalised; null where it takes [0,1].</summary>
    public Normalization? Normalization { get; init; }

    /// <summary>The height and width it wants; null where it takes the image's own.</summary>
    public int? Resize { get; init; }

    /// <summary>
    /// What brings a photo to the network's size, before the noise: its result is what is certified. Null where images already have that
    /// size.
    /// </summary>
    public ImagePreprocess? Preprocess { get; init; }

    /// <summary>The number of classes it was published with.</summary>
    public int ClassCount { get; init; } = 10;

    /// <summary>How its published files name the weights.</summary>
    public CheckpointOptions Checkpoint { get; init; } = new();

    /// <summary>Makes the network and reads its weights from a checkpoint.</summary>
    /// <param name="path">Any format that <see cref="Checkpoints.Checkpoint.Open(string)"/> reads, under the names of any library that
    /// publishes the network.</param>
    /// <param name="classCount">The number of classes; null for <see cref="ClassCount"/>.</param>
    /// <param name="device">Where to compute, such as <c>cpu</c> or <c>cuda</c>.</param>
    /// <param name="checkpoint">How the file is to be read; null for <see cref="Checkpoint"/>.</param>
    /// <exception cref="CheckpointException">The file is damaged or holds other weights.</exception>
    public nn.Module<Tensor, Tensor> Load(string path, int? classCount = null, string device = "cpu", CheckpointOptions? checkpoint =
        null) =>
        CatalogWeights.Load(() => Create(classCount ?? ClassCount), path, device, checkpoint ?? Checkpoint);
}
