using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Presets;
using DenoisedSmoothing.Schedules;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing;

/// <summary>
/// The pair that comes with the library: a small diffusion denoiser and a small classifier for Fashion-MNIST (grey 28x28 images, ten
/// classes), trained by this library on only the training set (docs/training.md). For trying things out and for tests; use your own for
/// real work.
/// </summary>
public sealed class FashionMnistPair : IDisposable
{
    /// <summary>The highest timestep the denoiser was trained for: it covers sigma 1.5 and a little more.</summary>
    public const int LastTimestep = 799;

    private readonly nn.Module<Tensor, Tensor, Tensor> _denoiserNetwork;
    private readonly nn.Module<Tensor, Tensor> _classifierNetwork;
    private readonly ModuleClassifier _classifier;

    private FashionMnistPair(nn.Module<Tensor, Tensor, Tensor> denoiserNetwork, nn.Module<Tensor, Tensor> classifierNetwork)
    {
        (_denoiserNetwork, _classifierNetwork) = (denoiserNetwork, classifierNetwork);
        InputShape images = new(1, 28, 28);
        Diffusion = new DiffusionModel(denoiserNetwork, Schedule, lastTimestep: LastTimestep) { Input = images };
        Denoiser = new OneShotDenoiser(Diffusion);
        Classifier = _classifier = new ModuleClassifier(classifierNetwork, FashionMnist.ClassNames.Count) { Input = images };
    }

    /// <summary>The noise schedule of the denoiser: cosine, T = 1000.</summary>
    public static INoiseSchedule Schedule { get; } = new CosineSchedule(1000);

    /// <summary>The denoiser's model, on which another denoising strategy can be built. It is disposed with the pair.</summary>
    public DiffusionModel Diffusion { get; }

    /// <summary>The one-shot denoiser, for sigma up to 1.5.</summary>
    public IDenoiser Denoiser { get; }

    /// <summary>The classifier, for pixels in [0,1].</summary>
    public IClassifier Classifier { get; }

    /// <summary>Loads the pair included in the library.</summary>
    /// <param name="device">Where to compute, such as <c>cpu</c> or <c>cuda</c>.</param>
    /// <exception cref="DllNotFoundException">libtorch cannot be loaded; the message says what to do.</exception>
    public static FashionMnistPair Load(string device = "cpu") => Load(
        () => SafetensorsFile.Open(Resource("denoiser.safetensors"), "denoiser.safetensors"),
        () => SafetensorsFile.Open(Resource("classifier.safetensors"), "classifier.safetensors"), device);

    /// <summary>Loads a newly trained pair of the same shape from files.</summary>
    /// <param name="denoiserPath">Weights of <see cref="NewDenoiserNetwork"/>.</param>
    /// <param name="classifierPath">Weights of <see cref="NewClassifierNetwork"/>.</param>
    /// <param name="device">Where to compute, such as <c>cpu</c> or <c>cuda</c>.</param>
    /// <exception cref="CheckpointException">A file is damaged or holds other weights.</exception>
    public static FashionMnistPair LoadFrom(string denoiserPath, string classifierPath, string device = "cpu") =>
        Load(() => SafetensorsFile.Open(denoiserPath), () => SafetensorsFile.Open(classifierPath), device);

    /// <summary>The first 500 images of Fashion-MNIST's test set, with labels; the pair never saw them in training.</summary>
    public static LabeledImages TestImages()
    {
        using Stream images = Resource("test-images.idx3.gz"), labels = Resource("test-labels.idx1.gz");
        return LabeledImages.FromIdx(
            IdxFile.Read(images, "test-images.idx3.gz"), "test-images.idx3.gz", IdxFile.Read(labels, "test-labels.idx1.gz"),
                "test-labels.idx1.gz", FashionMnist.ClassNames);
    }

    /// <summary>The denoiser's architecture with random weights: a U-Net on 2x2 patches, 1.7 million parameters.</summary>
    public static nn.Module<Tensor, Tensor, Tensor> NewDenoiserNetwork() => NetworkCatalog.Denoisers["fashion-mnist"].Create();

    /// <summary>The classifier's architecture with random weights: a ResNet-20 for grey images, 0.27 million parameters.</summary>
    public static nn.Module<Tensor, Tensor> NewClassifierNetwork() =>
        NetworkCatalog.Classifiers["fashion-mnist"].Create(FashionMnist.ClassNames.Count);

    /// <summary>Frees both networks.</summary>
    public void Dispose()
    {
        _classifier.Dispose();
        _denoiserNetwork.Dispose();
        _classifierNetwork.Dispose();
    }

    private static FashionMnistPair Load(Func<SafetensorsFile> openDenoiser, Func<SafetensorsFile> openClassifier, string device)
    {
        Device target = LibTorch.DeviceNamed(device);
        FashionMnistPair pair = new(NewDenoiserNetwork(), NewClassifierNetwork());
        try
        {
            using (SafetensorsFile file = openDenoiser())
                StateDict.Load(pair._denoiserNetwork, file);
            using (SafetensorsFile file = openClassifier())
                StateDict.Load(pair._classifierNetwork, file);
            pair._denoiserNetwork.to(target);
            pair._classifierNetwork.to(target);
            return pair;
        }
        catch
        {
            pair.Dispose();
            throw;
        }
    }

    private static Stream Resource(string name) =>
        typeof(FashionMnistPair).Assembly.GetManifestResourceStream("DenoisedSmoothing.Bundled." + name)
        ?? throw new InvalidOperationException($"The embedded resource '{name}' is missing from this build of DenoisedSmoothing.");
}
