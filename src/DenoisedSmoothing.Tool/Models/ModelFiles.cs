using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Networks;
using DenoisedSmoothing.OnnxRuntime;
using DenoisedSmoothing.Presets;
using DenoisedSmoothing.Schedules;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Tool;

/// <summary>A classifier and a denoiser from files, by what each file is.</summary>
internal static class ModelFiles
{
    /// <summary>Loads a classifier.</summary>
    /// <param name="choice">Its file and settings.</param>
    /// <param name="fallback">The network that weights alone belong to where nothing says; null for an error.</param>
    public static (IClassifier Classifier, string? Network, IDisposable Owned) Classifier(ModelChoice choice, string? fallback = null)
    {
        string path = choice.ClassifierFile
            ?? throw new ArgumentException("--classifier-file names the classifier: there is none without it.");
        Normalization? Normalize(Normalization? otherwise) => choice.Normalization is { } named
            ? NetworkCatalog.Normalizations[named]
            : otherwise;
        (int, int)? Resize(int? otherwise) => (choice.Resize ?? otherwise) is { } size ? (size, size) : null;
        if (IsOnnx(path))
        {
            RequireFloat32(choice, path);
            OnnxClassifier onnx = OnnxClassifier.Load(path, choice.Classes, Normalize(null), Resize(null));
            return (onnx, null, onnx);
        }

        if (TorchScriptNetwork.IsTorchScript(path))
        {
            RequireFloat32(choice, path);
            ModuleClassifier script = TorchScript.LoadClassifier(path, choice.Classes ?? 10, Normalize(null), Resize(null), choice.Device);
            return (script, null, script);
        }

        string name = choice.ClassifierNetwork ?? FileMetadata.ClassifierOf(path) ?? fallback
            ?? throw new ArgumentException(
                $"{path} holds weights alone: say what network they belong to with --classifier-network "
                + $"{string.Join(" | ", NetworkCatalog.Classifiers.Keys)}.");
        CatalogClassifier network = NetworkCatalog.Classifiers.GetValueOrDefault(name)
            ?? throw new InvalidDataException($"{path} names the network '{name}', which this program does not know.");
        int classes = choice.Classes ?? network.ClassCount;
        nn.Module<Tensor, Tensor> module = network.Load(path, classes, choice.Device);
        ModuleClassifier classifier = new(InPrecision<nn.IModule<Tensor, Tensor>>(module, choice), classes,
            Normalize(network.Normalization), Resize(network.Resize), disposeNetwork: true);
        return (classifier, name, classifier);
    }

    /// <summary>Loads a denoiser: a diffusion model, or an ONNX one that can be used in one shot only.</summary>
    /// <param name="choice">Its file and settings.</param>
    /// <param name="fallback">The network that weights alone belong to where nothing says; null for an error.</param>
    public static (DiffusionModel? Diffusion, IDenoiser? Own, DenoiserCard? Card, IDisposable Owned) Denoiser(ModelChoice choice,
        string? fallback = null)
    {
        string path = choice.DenoiserFile!;
        Parametrization predicts = choice.Predicts ?? Parametrization.Epsilon;
        if (IsOnnx(path))
        {
            RequireFloat32(choice, path);
            OnnxDenoiser onnx = OnnxDenoiser.Load(path, NewSchedule(choice, null), predicts, choice.TimestepScale ?? 1);
            return (null, onnx, null, onnx);
        }

        if (TorchScriptNetwork.IsTorchScript(path))
        {
            RequireFloat32(choice, path);
            OneShotDenoiser script = TorchScript.LoadDenoiser(path, NewSchedule(choice, null), choice.TimestepScale
                ?? 1, parametrization: predicts, device: choice.Device);
            return (script.Model, null, null, script);
        }

        DenoiserCard? card = DenoiserCard.Find(path);
        string name = choice.DenoiserNetwork ?? card?.Network ?? fallback
            ?? throw new ArgumentException(
                $"{path} holds weights alone: say what network they belong to with --denoiser-network "
                + $"{string.Join(" | ", NetworkCatalog.Denoisers.Keys)}.");
        CatalogDenoiser network = NetworkCatalog.Denoisers[name];
        INoiseSchedule schedule = card?.NewSchedule() ?? NewSchedule(choice, network);
        nn.Module<Tensor, Tensor, Tensor> module = network.Load(path, choice.Device);
        int last = card?.Trained.Last ?? network.LastTimestep ?? schedule.TimestepCount - 1;
        DiffusionModel model = new(
            InPrecision<nn.IModule<Tensor, Tensor, Tensor>>(module, choice), schedule, choice.TimestepScale ?? card?.TimestepScale
                ?? network.TimestepScale, Math.Max(1, last), predicts, disposeNetwork: true);
        return (model, null, card, model);
    }

    private static INoiseSchedule NewSchedule(ModelChoice choice, CatalogDenoiser? network)
    {
        int count = choice.ScheduleTimesteps ?? network?.Timesteps ?? 1000;
        return (choice.Schedule ?? network?.Schedule ?? "cosine") == "linear" ? new LinearSchedule(count) : new CosineSchedule(count);
    }

    private static TModule InPrecision<TModule>(nn.Module network, ModelChoice choice) where TModule : class =>
        Precisions.TypeOf(choice.Precision) is { } half
        ? (TModule)(object)new HalfPrecisionNetwork(network, half)
        : (TModule)(object)network;

    private static void RequireFloat32(ModelChoice choice, string path)
    {
        if (choice.Precision != "float32")
            throw new ArgumentException($"--precision {choice.Precision} needs weights: {path} brings its own arithmetic.");
    }

    private static bool IsOnnx(string path) => Path.GetExtension(path).Equals(".onnx", StringComparison.OrdinalIgnoreCase);
}
