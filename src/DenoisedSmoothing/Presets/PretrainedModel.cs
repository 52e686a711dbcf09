using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Hub;
using DenoisedSmoothing.Preprocessing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Presets;

/// <summary>
/// A classifier as it is published: a folder from Hugging Face's hub (config.json, preprocessor_config.json and weights; also timm's), or
/// bare weights of torchvision, timm, Hugging Face and Cohen et al., recognised by their names and shapes. Families: ViT, DeiT, BEiT,
/// ResNet, ConvNeXt and Swin.
/// </summary>
/// <remarks>
/// <para>
/// A published preprocessing has two halves. What brings a photo to the network's size comes before the noise: <see cref="Preprocess"/>,
/// whose result is the certified image. What the network wants for its pixels comes after the denoiser, inside this classifier:
/// <see cref="Normalization"/> and, where the certified image has another size than <see cref="ImageSize"/> (such as 32x32 for a CIFAR-10
/// denoiser), a bicubic resize with antialiasing, whatever filter photos are resized with.
/// </para>
/// <para>
/// Nothing is downloaded. Settings that change the function are read, or refused by name; where settings and weights contradict each other,
/// nothing is loaded. Safe for concurrent use.
/// </para>
/// </remarks>
public sealed class PretrainedModel : IClassifier, IDescribed, IDisposable
{
    private PretrainedModel(string name, nn.Module<Tensor, Tensor> network, int classCount, ImagePreparation images,
        IReadOnlyList<string>? labels, IReadOnlyList<string> notes)
    {
        (Name, Network, Preprocess, ImageSize, Labels, Notes) =
            (name, network, images.Preprocess, images.Side, labels, notes);
        Classifier = new ModuleClassifier(network, classCount, images.Normalization,
            images.Side is { } side ? (side, side) : null, disposeNetwork: true);
    }

    /// <summary>What it is: the model_type or architecture from its settings, or the recognised family.</summary>
    public string Name { get; }

    /// <summary>The network, which takes normalised images and returns logits; it is disposed with this.</summary>
    public nn.Module<Tensor, Tensor> Network { get; }

    /// <summary>The same classifier, with separate access to network, normalisation and resizing; it is disposed with this.</summary>
    public ModuleClassifier Classifier { get; }

    /// <summary>
    /// Before the noise: brings a photo to the size that the network was trained on. Use another one where the denoiser wants another size.
    /// </summary>
    public ImagePreprocess Preprocess { get; }

    /// <summary>
    /// Height and width in pixels of the images that the network gets: others are resized after the denoiser. Null where they are taken as
    /// they are.
    /// </summary>
    public int? ImageSize { get; }

    /// <summary>How images are normalised after the denoiser; null where the network takes [0,1].</summary>
    public Normalization? Normalization => Classifier.Normalization;

    /// <summary>The classes' names in order (id2label, label_names); null where no file has them.</summary>
    public IReadOnlyList<string>? Labels { get; }

    /// <summary>
    /// What no file said and was taken from the family's conventions, one sentence each, to be shown to the user. Empty for a folder with
    /// its settings.
    /// </summary>
    public IReadOnlyList<string> Notes { get; }

    /// <inheritdoc/>
    public int ClassCount => Classifier.ClassCount;

    /// <inheritdoc/>
    public PartInfo Info => Classifier.Info;

    /// <summary>Opens a folder or a file with the default options: see <see cref="Open(string, PretrainedModelOptions)"/>.</summary>
    /// <param name="path">A folder of a model hub, or a file of weights.</param>
    /// <exception cref="CheckpointException">Something is missing, damaged, unknown or contradictory; the message says what and what to
    /// do.</exception>
    public static PretrainedModel Open(string path) => Open(path, new PretrainedModelOptions());

    /// <summary>Opens a folder or a file. It takes little more than the network's memory.</summary>
    /// <param name="path">
    /// A folder with config.json, preprocessor_config.json (not for timm's) and model.safetensors or pytorch_model.bin, whole or in shards;
    /// or a file of weights in any format that <see cref="Checkpoint.Open(string)"/> reads.
    /// </param>
    /// <param name="options">Where and how.</param>
    /// <exception cref="CheckpointException">Something is missing, damaged, unknown or contradictory; the message says what and what to
    /// do.</exception>
    /// <exception cref="ArgumentException">There is no such device.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static PretrainedModel Open(string path, PretrainedModelOptions options)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(options);
        Device device = LibTorch.DeviceNamed(options.Device); // before gigabytes are read
        return Directory.Exists(path) ? OpenFolder(path, options, device) : OpenFile(path, options, device);
    }

    /// <summary>Whether a path is a folder with the settings of a model.</summary>
    /// <param name="path">The path.</param>
    public static bool IsFolder(string path) => File.Exists(Path.Combine(path, ModelFolder.Configuration));

    /// <inheritdoc/>
    public Tensor Classify(Tensor images) => Classifier.Classify(images);

    /// <summary>Frees the network.</summary>
    public void Dispose() => Classifier.Dispose();

    private static PretrainedModel OpenFolder(string folder, PretrainedModelOptions options, Device device)
    {
        HubConfig config = HubConfig.Read(ModelFolder.Needed(folder, ModelFolder.Configuration, "which says what the model is"));
        bool timm = config.Has("architecture");
        using Checkpoint checkpoint = Checkpoint.Open(ModelFolder.Weights(folder), options.Checkpoint);
        RecognisedWeights weights = timm ? TimmModel.Read(config, checkpoint) : TransformersModel.Read(config, checkpoint);
        int classes = PhotoNetworks.ClassCount(weights.Options), channels = PhotoNetworks.Channels(weights.Options);
        ImagePreparation images = timm ? TimmModel.Preparation(config, channels) : TransformersPreprocessor.Read(HubConfig.Read(
            ModelFolder.Needed(folder, ModelFolder.Preprocessor, "which says what is done with images")), channels);
        if (images.Side is { } side && PhotoNetworks.ImageSize(weights.Options) is { } wanted && side != wanted)
        {
            throw CheckpointException.In(folder, $"images are brought to {side}x{side}, and the network takes {wanted}x{wanted}",
                "Settings and weights are of different models: fetch them together.");
        }

        string[]? labels = timm ? TimmModel.Labels(config) : config.Texts("id2label");
        if (labels is not null && labels.Length != classes)
        {
            throw CheckpointException.In(config.File, $"it names {labels.Length} classes, and the weights have {classes}",
                "Settings and weights are of different models: fetch them together.");
        }

        return Load(config.Text(timm ? "architecture" : "model_type")!, weights, images, options, device, labels, []);
    }

    private static PretrainedModel OpenFile(string path, PretrainedModelOptions options, Device device)
    {
        using Checkpoint checkpoint = WeightFile.Open(path, options.Checkpoint);
        RecognisedWeights weights = RecognisedWeights.Of(checkpoint) ?? throw CheckpointException.In(path,
            "its weights are not those of a ViT, DeiT, BEiT, ResNet, ConvNeXt or Swin under torchvision's, timm's or Hugging Face's names",
            $"Name its network ({nameof(NetworkCatalog)}.{nameof(NetworkCatalog.Classifiers)}). {ModelExport.Advice}");
        BareWeights bare = BareWeights.Of(weights, options.Normalization);
        return Load(weights.Family, bare.Recognised, bare.Preparation, options, device, labels: null, bare.Notes);
    }

    private static PretrainedModel Load(string name, RecognisedWeights weights, ImagePreparation images, PretrainedModelOptions options,
        Device device, IReadOnlyList<string>? labels, IReadOnlyList<string> notes)
    {
        images = images with { Normalization = options.Normalization ?? images.Normalization };
        nn.Module<Tensor, Tensor> network = RecognisedWeights.Load(weights.Options, weights.Weights, device);
        try
        {
            return new PretrainedModel(name, network, PhotoNetworks.ClassCount(weights.Options), images, labels, notes);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }
}
