using DenoisedSmoothing.Data;
using DenoisedSmoothing.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Tool;

/// <summary>Images in addition to the training set, for self-training.</summary>
/// <param name="Data">The images.</param>
/// <param name="Labeller">The file of the classifier that labels them; null where their own labels count.</param>
/// <param name="LabellerNetwork">The network to which its weights belong; null where the file says it.</param>
/// <param name="Weight">The factor for their loss.</param>
internal sealed record FurtherImages(DataChoice Data, string? Labeller, string? LabellerNetwork, double Weight)
{
    private const int Batch = 100;

    /// <summary>Trains by an objective on these images too.</summary>
    /// <param name="objective">The objective for both kinds of images.</param>
    /// <param name="trained">The training set, with whose classes they must agree.</param>
    /// <param name="device">Where the labeller computes.</param>
    /// <param name="output">Receives how many images there are, and how many of each label.</param>
    /// <param name="cancellationToken">Stops the reading and labelling.</param>
    /// <exception cref="InvalidDataException">They cannot be read, or have other classes than the training set.</exception>
    public ITrainingObjective Beside(
        ITrainingObjective objective, LabeledImages trained, string device, TextWriter output, CancellationToken cancellationToken)
    {
        LabeledImages images = LabeledImages.From(
            DataSources.OpenSelection(Data with { Grey = trained.Channels == 1 }), cancellationToken: cancellationToken);
        images = Labeller is null ? WithOwnLabels(images, trained) : Labelled(images, trained, device, cancellationToken);
        int[] counts = new int[images.ClassCount];
        for (int i = 0; i < images.Count; i++)
            counts[images.Label(i)]++;
        output.WriteLine($"{images.Count} further images, with the labels 0 to {images.ClassCount - 1}: {string.Join(", ", counts)}");
        return new PseudoLabels(objective, images) { Weight = Weight };
    }

    private LabeledImages WithOwnLabels(LabeledImages images, LabeledImages trained) =>
        images.ClassCount == trained.ClassCount ? images : throw new InvalidDataException(
            $"{Data.Path} has {images.ClassCount} classes, the training set {trained.ClassCount}: their labels do not mean the same. "
            + "Let a classifier label the images, with --further-labeller.");

    private LabeledImages Labelled(LabeledImages images, LabeledImages trained, string device, CancellationToken cancellationToken)
    {
        (IClassifier classifier, _, IDisposable part) = ModelFiles.Classifier(new ModelChoice
        {
            Classifier = new ClassifierChoice { File = Labeller, Network = LabellerNetwork, Weights = new() { Part = "further-labeller" } },
            Denoiser = new DenoiserChoice { Weights = new() { Part = "denoiser" } },
            Device = device,
        });
        using (part)
        {
            if (classifier.ClassCount != trained.ClassCount)
                throw new InvalidDataException(
                    $"{Labeller} has {classifier.ClassCount} classes, the training set {trained.ClassCount}: "
                        + "its labels mean other classes.");
            byte[] labels = new byte[images.Count];
            byte[] pixels = new byte[images.Count * images.Pixels(0).Length];
            using IDisposable inference = inference_mode();
            for (int first = 0; first < images.Count; first += Batch)
            {
                cancellationToken.ThrowIfCancellationRequested();
                using DisposeScope scope = NewDisposeScope();
                int[] indices = [.. Enumerable.Range(first, Math.Min(Batch, images.Count - first))];
                long[] found = classifier.Classify(images.Images(indices).to(LibTorch.DeviceNamed(device))).argmax(1).cpu().data<long>()
                    .ToArray();
                foreach (int index in indices)
                {
                    labels[index] = (byte)found[index - first];
                    images.Pixels(index).CopyTo(pixels.AsSpan(index * images.Pixels(0).Length));
                }
            }

            return new LabeledImages(pixels, labels, images.Channels, images.Height, images.Width, trained.ClassNames);
        }
    }
}
