using DenoisedSmoothing;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Networks;
using DenoisedSmoothing.OnnxRuntime;
using DenoisedSmoothing.Presets;

namespace BringYourOwnModel;

/// <summary>Classifiers and denoisers from files, by what the file is.</summary>
internal static class ModelFiles
{
    public static (IClassifier, IDisposable) Classifier(ModelOptions options)
    {
        string path = Existing(options.Classifier);
        int classes = options.Classes ?? NetworkCatalog.Classifiers.GetValueOrDefault(options.ClassifierNetwork ?? "")?.ClassCount ?? 10;
        (int, int)? resizeTo = options.Resize is { } size ? (size, size) : null;
        if (IsOnnx(path))
        {
            OnnxClassifier onnx = OnnxClassifier.Load(path, options.Classes, options.Normalization, resizeTo);
            return (onnx, onnx);
        }

        ModuleClassifier classifier = TorchScriptNetwork.IsTorchScript(path)
            ? TorchScript.LoadClassifier(path, classes, options.Normalization, resizeTo, options.Device)
            : new ModuleClassifier(
                Named(NetworkCatalog.Classifiers, options.ClassifierNetwork, path, "--network").Load(path, classes, options.Device),
                classes, options.Normalization, resizeTo, disposeNetwork: true);
        return (classifier, classifier);
    }

    public static (IDenoiser, IDisposable?) Denoiser(ModelOptions options)
    {
        if (options.Denoiser is null)
            return (new IdentityDenoiser(), null);
        string path = Existing(options.Denoiser);
        if (IsOnnx(path))
        {
            OnnxDenoiser onnx = OnnxDenoiser.Load(path, options.Schedule, options.Predicts, options.TimestepScale);
            return (onnx, onnx);
        }

        // What dds train-denoiser wrote says itself what it is, and refuses noise levels that it never saw.
        if (DenoiserCard.Find(path) is not null)
        {
            TrainedDenoiser trained = TrainedDenoiser.Open(path, options.Device);
            return (trained.Denoiser, trained);
        }

        if (options.DenoiserNetwork is { } name && NetworkCatalog.Denoisers.GetValueOrDefault(name) is { IsEdm: true } edm)
        {
            SigmaConditionedModel told = edm.Conditioned(edm.Load(path, options.Device), disposeNetwork: true);
            return (new NoiseLevelDenoiser(told), told);
        }

        OneShotDenoiser denoiser = TorchScriptNetwork.IsTorchScript(path)
            ? TorchScript.LoadDenoiser(path, options.Schedule, options.TimestepScale, parametrization: options.Predicts,
                device: options.Device)
            : new OneShotDenoiser(
                Named(NetworkCatalog.Denoisers, options.DenoiserNetwork, path, "--denoiser-network").Load(path, options.Device),
                options.Schedule, options.TimestepScale, parametrization: options.Predicts, disposeNetwork: true);
        return (denoiser, denoiser);
    }

    private static T Named<T>(IReadOnlyDictionary<string, T> networks, string? name, string path, string option) => name is not null
        && networks.TryGetValue(name, out T? network)
        ? network
        : throw new ArgumentException(
            $"{path} holds weights alone: say what network they belong to with {option} {string.Join(" | ", networks.Keys)}.");

    private static bool IsOnnx(string path) => Path.GetExtension(path).Equals(".onnx", StringComparison.OrdinalIgnoreCase);

    private static string Existing(string path) => File.Exists(path)
        ? path
        : throw new FileNotFoundException($"There is no file '{path}'.");
}
