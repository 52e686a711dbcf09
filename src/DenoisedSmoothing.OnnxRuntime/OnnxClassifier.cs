using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Classification;
using TorchSharp;

namespace DenoisedSmoothing.OnnxRuntime;

/// <summary>
/// Any ONNX classifier: images in, logits out, with the normalisation and resizing of <see cref="ModuleClassifier"/> before it.
/// </summary>
/// <remarks>Safe for concurrent use. See <see cref="OnnxNetwork"/> for memory, types and devices.</remarks>
public sealed class OnnxClassifier : IClassifier, IDescribed, IDisposable
{
    private readonly ModuleClassifier _classifier;

    private OnnxClassifier(ModuleClassifier classifier) => _classifier = classifier;

    /// <inheritdoc/>
    public int ClassCount => _classifier.ClassCount;

    /// <inheritdoc/>
    public PartInfo Info => _classifier.Info;

    /// <summary>Opens a classifier.</summary>
    /// <param name="path">A .onnx file with one input, images [N,C,H,W], and an output of scores [N,K]; floating-point of 16, 32 or 64
    /// bits.</param>
    /// <param name="classCount">K, at least 2; null if the model says it.</param>
    /// <param name="normalization">What the network was trained with; null if it takes [0,1] or normalises by itself.</param>
    /// <param name="resizeTo">Size in pixels to resize to, bicubic with antialiasing; null to leave the size.</param>
    /// <param name="options">Names, threads and execution providers.</param>
    /// <exception cref="CheckpointException">ONNX Runtime cannot open the model, it is not a classifier, or its classes, channels or size
    /// are not those given; the message says what it has.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than 2 classes, or a size below 1.</exception>
    /// <exception cref="DllNotFoundException">A native library is missing; the message says which package to add.</exception>
    public static OnnxClassifier Load(
        string path, int? classCount = null, Normalization? normalization = null, (int Height, int Width)? resizeTo =
            null, OnnxOptions? options = null)
    {
        OnnxNetwork network = OnnxNetwork.Load(path, options ?? new OnnxOptions(), outputRank: 2);
        try
        {
            int classes = Check(path, network.Signature, classCount, normalization, resizeTo);
            return new OnnxClassifier(new ModuleClassifier(network, classes, normalization, resizeTo, disposeNetwork: true));
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public torch.Tensor Classify(torch.Tensor images) => _classifier.Classify(images);

    /// <summary>Frees the model.</summary>
    public void Dispose() => _classifier.Dispose();

    private static int Check(string path, OnnxSignature signature, int? classCount, Normalization? normalization,
        (int Height, int Width)? resizeTo)
    {
        (OnnxTensor images, OnnxTensor output) = (signature.Images, signature.Output);
        if (signature.Timesteps is { } timesteps)
            throw Error($"a classifier takes images alone; this model takes {timesteps} as well");
        if (output.Shape[1] == 1)
            throw Error(
                $"it has one class (output {output}), and a classifier has at least two: export a model of one logit z with the two "
                + $"logits 0 and z");
        if (output.Shape[1] >= 0 && classCount is { } given && given != output.Shape[1])
            throw Error($"it has {output.Shape[1]} classes, not {given}");
        if (normalization is not null && images.Shape[1] >= 0 && normalization.Mean.Count != images.Shape[1])
            throw Error($"it takes {images.Shape[1]} channels, the normalisation has {normalization.Mean.Count}");
        if (resizeTo is { } size && !images.Fits([images.Shape[0], images.Shape[1], size.Height, size.Width]))
            throw Error($"it takes images {images.ShapeText}, not resized to {size.Height}x{size.Width}");
        return classCount ?? (output.Shape[1] >= 2
            ? (int)output.Shape[1]
            : throw Error($"it does not say how many classes it has (output {output}): give classCount"));

        CheckpointException Error(string problem) => new($"{path}: {problem}.");
    }
}
