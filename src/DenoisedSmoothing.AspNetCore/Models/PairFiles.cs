using System.Globalization;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Hub;
using DenoisedSmoothing.Networks;
using DenoisedSmoothing.Presets;

namespace DenoisedSmoothing.AspNetCore;

/// <summary>Loads models from the files that the options name.</summary>
internal static class PairFiles
{
    private static readonly Dictionary<string, Func<string?, string, string, PretrainedPair>> s_pairs = new(StringComparer.Ordinal)
    {
        ["cifar10"] = (denoiser, classifier, device) => PretrainedPairs.Cifar10(Needed(denoiser), classifier, device),
        ["cifar10-wrn"] = (denoiser, classifier, device) => PretrainedPairs.Cifar10WideResNet(Needed(denoiser), classifier, device),
        ["imagenet"] = (denoiser, classifier, device) => PretrainedPairs.ImageNet(Needed(denoiser), classifier, device),
        ["cohen-cifar10"] = (_, classifier, device) => PretrainedPairs.CohenCifar10(classifier, device),
        ["salman-cifar10"] = (denoiser, classifier, device) => PretrainedPairs.SalmanCifar10(Needed(denoiser), classifier, device),
    };

    public static IReadOnlyCollection<string> Names => s_pairs.Keys;

    /// <summary>What the denoiser's file says about its training; null where it says nothing or there is none.</summary>
    /// <exception cref="InvalidDataException">What it says cannot be understood.</exception>
    public static DenoiserCard? CardOf(SmoothedClassifierOptions options) =>
        options.Load is null && options.Denoiser.File is { } file && File.Exists(file) ? DenoiserCard.Find(file) : null;

    /// <summary>Loads what the options name, on a device.</summary>
    /// <exception cref="ArgumentException">A file or a setting is missing.</exception>
    /// <exception cref="CheckpointException">A file is damaged or holds other weights.</exception>
    public static ServedPair Load(SmoothedClassifierOptions options, string device)
    {
        string classifierFile = options.Classifier.File!;
        if (options.Pair is { } pair)
            return new ServedPair(s_pairs[pair](options.Denoiser.File, classifierFile, device));
        if (Directory.Exists(classifierFile))
        {
            PretrainedModel opened = Opened(options.Classifier, classifierFile, device);
            return Behind(options, opened, opened, device, opened);
        }

        ModuleClassifier classifier = Classifier(options.Classifier, classifierFile, device);
        return Behind(options, classifier, classifier, device);
    }

    /// <summary>A classifier behind the denoiser that the options name, if they do.</summary>
    /// <param name="options">The options.</param>
    /// <param name="classifier">The classifier.</param>
    /// <param name="part">What frees it.</param>
    /// <param name="device">The target device.</param>
    /// <param name="hub">The same, if it is a model from a hub, which says how photos are prepared and what its classes are called. With a
    /// denoiser of another size, files must have the denoiser's size.</param>
    private static ServedPair Behind(SmoothedClassifierOptions options, IClassifier classifier, IDisposable part, string device,
        PretrainedModel? hub = null)
    {
        if (options.Denoiser.File is not { } denoiserFile)
            return new ServedPair(new IdentityDenoiser(), classifier, part) { Preprocess = hub?.Preprocess, ClassNames = hub?.Labels };
        try
        {
            (IDenoiser denoiser, IDisposable owned) = Denoiser(options.Denoiser, denoiserFile, device);
            bool fits = PartInfo.Of(denoiser).InputShape?.Height is not { } height || height == hub?.ImageSize;
            return new ServedPair(denoiser, classifier, new OwnedParts(owned, part))
            {
                Preprocess = fits ? hub?.Preprocess : null,
                ClassNames = hub?.Labels,
            };
        }
        catch
        {
            part.Dispose();
            throw;
        }
    }

    private static PretrainedModel Opened(ModelFileOptions its, string folder, string device)
    {
        if ((its.Network ?? its.Resize?.ToString(CultureInfo.InvariantCulture)) is not null)
            throw new ArgumentException(
                $"The folder {folder} itself says which network and size it holds: leave Classifier:Network and Classifier:Resize out.");
        PretrainedModel model = PretrainedModel.Open(folder, new PretrainedModelOptions
        {
            Device = device,
            Normalization = its.Normalization is { } name ? NetworkCatalog.Normalizations[name] : null,
        });
        if (its.Classes is null || its.Classes == model.ClassCount)
            return model;
        model.Dispose();
        throw new ArgumentException($"Classifier:Classes is {its.Classes}, and {folder} has {model.ClassCount}: leave it out.");
    }

    private static ModuleClassifier Classifier(ModelFileOptions its, string path, string device)
    {
        Normalization? normalization = its.Normalization is { } name ? NetworkCatalog.Normalizations[name] : null;
        if (TorchScriptNetwork.IsTorchScript(path))
            return TorchScript.LoadClassifier(path, its.Classes ?? 10, normalization, Square(its.Resize), device);
        CatalogClassifier entry = Entry(NetworkCatalog.Classifiers, its.Network, path, "Classifier");
        return new ModuleClassifier(
            entry.Load(path, its.Classes, device), its.Classes ?? entry.ClassCount,
            its.Normalization is null ? entry.Normalization : normalization, Square(its.Resize ?? entry.Resize), disposeNetwork: true);
    }

    private static (IDenoiser Denoiser, IDisposable Owned) Denoiser(ModelFileOptions its, string path, string device)
    {
        if (PretrainedDiffusion.IsFolder(path))
        {
            PretrainedDiffusion opened = PretrainedDiffusion.Open(path, device);
            return (opened.Denoiser, opened);
        }

        if (TorchScriptNetwork.IsTorchScript(path))
        {
            OneShotDenoiser script = TorchScript.LoadDenoiser(
                path, DiffusionCard.NewSchedule(its.Schedule ?? "cosine", its.Timesteps ?? 1000), its.TimestepScale ?? 1, device: device);
            return (script, script);
        }

        if (DenoiserCard.Find(path) is { } card)
        {
            TrainedDenoiser trained = card.Load(device);
            return (trained.Denoiser, trained);
        }

        CatalogDenoiser entry = Entry(NetworkCatalog.Denoisers, its.Network, path, "Denoiser");
        if (entry.IsEdm)
        {
            SigmaConditionedModel edm = entry.Conditioned(entry.Load(path, device), disposeNetwork: true);
            return (new NoiseLevelDenoiser(edm), edm);
        }

        OneShotDenoiser denoiser = new(
            entry.Load(path, device), DiffusionCard.NewSchedule(its.Schedule ?? entry.Schedule, its.Timesteps ?? entry.Timesteps),
            its.TimestepScale ?? entry.TimestepScale, lastTimestep: entry.LastTimestep, disposeNetwork: true);
        return (denoiser, denoiser);
    }

    private static T Entry<T>(IReadOnlyDictionary<string, T> networks, string? name, string path, string part) =>
        name is not null && networks.TryGetValue(name, out T? entry)
        ? entry
        : throw new ArgumentException(
            $"{path} holds weights alone: say what network they belong to with {part}:Network, {string.Join(" | ", networks.Keys)}.");

    private static (int, int)? Square(int? side) => side is { } length ? (length, length) : null;

    private static string Needed(string? denoiser) =>
        denoiser ?? throw new ArgumentException("This pair needs a denoiser: name its file with Denoiser:File.");
}
