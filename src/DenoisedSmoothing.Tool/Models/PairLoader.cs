using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Hub;
using DenoisedSmoothing.Presets;

namespace DenoisedSmoothing.Tool;

/// <summary>Named pairs, and pairs from only files.</summary>
internal static class PairLoader
{
    public const string Bundled = "fashion-mnist";

    /// <summary>The pair that brings photos to its size by itself.</summary>
    public const string ImageNet = "imagenet";

    private static readonly Dictionary<string, Func<ModelChoice, PretrainedPair>> s_pretrained = new()
    {
        ["cifar10"] = choice => PretrainedPairs.Cifar10(Denoiser(choice), Classifier(choice), choice.Device, Weights(choice)),
        ["cifar10-wrn"] = choice =>
            PretrainedPairs.Cifar10WideResNet(Denoiser(choice), Classifier(choice), choice.Device, Weights(choice)),
        [ImageNet] = choice => PretrainedPairs.ImageNet(Denoiser(choice), Classifier(choice), choice.Device, Weights(choice)),
        ["cohen-cifar10"] = choice => PretrainedPairs.CohenCifar10(Classifier(choice), choice.Device, Weights(choice)),
        ["salman-cifar10"] = choice =>
            PretrainedPairs.SalmanCifar10(Denoiser(choice), Classifier(choice), choice.Device, Weights(choice)),
    };

    // A pair's classifier in the catalog, so that a fine-tuned one can be loaded again.
    private static readonly Dictionary<string, string> s_classifiers = new()
    {
        ["cifar10"] = "vit-b16-cifar10",
        ["cifar10-wrn"] = "wide-resnet-28-10",
        [ImageNet] = "beit-l16-512",
        ["cohen-cifar10"] = "resnet110",
        ["salman-cifar10"] = "resnet110",
    };

    // Likewise its diffusion network, if it has one.
    private static readonly Dictionary<string, string> s_denoisers = new()
    {
        ["cifar10"] = "improved-diffusion-cifar10",
        ["cifar10-wrn"] = "improved-diffusion-cifar10",
        [ImageNet] = "guided-diffusion-256",
    };

    public static IReadOnlyList<string> Names { get; } = [Bundled, .. s_pretrained.Keys];

    /// <summary>Loads what was chosen.</summary>
    /// <exception cref="ArgumentException">A file is missing, or one is given for which the pair has no use.</exception>
    public static LoadedModels Load(ModelChoice choice)
    {
        LibTorch.EnsureAvailable();
        LoadedModels models = choice.Pair switch
        {
            null => FromFiles(choice),
            Bundled => FashionMnist(choice),
            _ => Pretrained(choice, choice.Pair),
        };
        (models.Classifier, models.Between) = (choice.Between.Prepared(models.Classifier), choice.Between);
        return models;
    }

    private static LoadedModels FashionMnist(ModelChoice choice)
    {
        if (choice.Classifier is { File: null, Settings: { } classifierSetting })
            throw new ArgumentException($"{classifierSetting} is for a classifier of your own: name its file with --classifier-file.");
        if (choice.Denoiser is { File: null, Settings: { } denoiserSetting })
            throw new ArgumentException($"{denoiserSetting} is for a denoiser of your own: name its file with --denoiser-file.");
        List<IDisposable> owned = [];
        FashionMnistPair pair = FashionMnistPair.Load(choice.Device);
        owned.Add(pair);
        IClassifier classifier;
        if (choice.Classifier.File is null)
        {
            classifier = Precisions.Convert(pair.Classifier, choice.Precision);
        }
        else
        {
            (classifier, _, IDisposable part) = ModelFiles.Classifier(choice, fallback: Bundled);
            owned.Add(part);
        }

        (DiffusionModel? diffusion, IDenoiser? own, DenoiserCard? card) = (pair.Diffusion, null, null);
        if (choice.Denoiser.File is null)
        {
            diffusion = Precisions.Convert(pair.Diffusion, choice.Precision);
        }
        else
        {
            (diffusion, own, card, IDisposable part) = ModelFiles.Denoiser(choice, fallback: Bundled);
            owned.Add(part);
        }

        return new LoadedModels
        {
            Name = choice.Classifier.File is null && choice.Denoiser.File is null
                ? "the bundled Fashion-MNIST pair"
                : "the Fashion-MNIST pair with parts from files",
            Classifier = classifier,
            ClassifierNetwork = Bundled,
            Diffusion = diffusion,
            OwnDenoiser = own,
            Card = card,
        }.Owning(owned);
    }

    private static LoadedModels Pretrained(ModelChoice choice, string name)
    {
        if (choice.Denoiser.File is { } folder && PretrainedDiffusion.IsFolder(folder))
            throw new ArgumentException(
                $"{folder} is a folder of diffusers, not the pair's denoiser: leave --pair out, and name the classifier's network with "
                + $"--classifier-network {s_classifiers[name]}.");
        if (choice.Denoiser.File is not null && DenoiserCard.Find(choice.Denoiser.File) is DiffusionCard card
            && card.Network != s_denoisers.GetValueOrDefault(name))
            throw new ArgumentException(
                $"{choice.Denoiser.File} is a {card.Network} network, not the pair's: leave --pair out, and name the classifier's "
                + $"network with --classifier-network {s_classifiers[name]}.");
        if ((choice.Classifier.SettingsOfOwn ?? choice.Denoiser.SettingsOfOwn) is { } setting)
            throw new ArgumentException($"--pair {name} brings its networks: leave {setting} out, or leave --pair out.");
        if (choice.Classifier.Ensemble.Count > 0)
            throw new ArgumentException($"--pair {name} has one classifier: leave --ensemble out, or leave --pair out.");
        PretrainedPair pair = LoadPair(choice, name);
        IClassifier classifier = Prepared(pair.Classifier, choice.Classifier);
        DiffusionModel? diffusion = pair.Diffusion is { } model ? Precisions.Convert(model, choice.Precision) : null;
        IDenoiser? own = diffusion is null && pair.Denoiser is not IdentityDenoiser ? pair.Denoiser : null;
        if (own is not null && choice.Precision != "float32")
            throw new NotSupportedException($"--precision {choice.Precision} is not possible for the denoisers of Salman et al.");
        return new LoadedModels
        {
            Name = pair.Name,
            Classifier = Precisions.Convert(classifier, choice.Precision),
            ClassifierNetwork = s_classifiers[name],
            Diffusion = diffusion,
            OwnDenoiser = own,
            Card = pair.Card,
            Preprocess = pair.Preprocess,
        }.Owning(pair);
    }

    private static LoadedModels FromFiles(ModelChoice choice)
    {
        LoadedClassifier loaded = ModelFiles.Classifier(choice);
        (IClassifier classifier, string? network, IDisposable owned) = loaded;
        if (choice.Denoiser.File is null)
            return new LoadedModels
            {
                Name = $"{choice.Classifier.File} without a denoiser",
                Classifier = classifier,
                ClassifierNetwork = network,
                Notes = loaded.Notes,
            }.Owning(owned);
        try
        {
            (DiffusionModel? diffusion, IDenoiser? own, DenoiserCard? card, IDisposable part) = ModelFiles.Denoiser(choice);
            return new LoadedModels
            {
                Name = $"{choice.Denoiser.File} and {choice.Classifier.File}",
                Classifier = classifier,
                ClassifierNetwork = network,
                Notes = loaded.Notes,
                Diffusion = diffusion,
                OwnDenoiser = own,
                Card = card,
                }.Owning(owned, part);
        }
        catch
        {
            owned.Dispose();
            throw;
        }
    }

    private static PretrainedPair LoadPair(ModelChoice choice, string name)
    {
        try
        {
            return s_pretrained[name](choice);
        }
        catch (CheckpointException e)
        {
            bool ofDenoiser = choice.Denoiser.File is { } file && e.Message.Contains(Path.GetFileName(file), StringComparison.Ordinal);
            throw new InvalidDataException(Advice.Of(e, (ofDenoiser ? choice.Denoiser.Weights : choice.Classifier.Weights).Part), e);
        }
    }

    // The pair's classifier, with what was typed in place of its published settings.
    private static IClassifier Prepared(IClassifier classifier, ClassifierChoice choice) =>
        classifier is ModuleClassifier module && (choice.HasNormalization || choice.Resize is not null)
        ? new ModuleClassifier(module.Network, module.ClassCount,
            choice.HasNormalization ? choice.Normalization : module.Normalization,
            choice.Resize is { } size ? (size, size) : module.ResizeTo)
        {
            Input = module.Input,
        }
        : classifier;

    private static PairCheckpoints Weights(ModelChoice choice) => new()
    {
        Denoiser = choice.Denoiser.Weights.Options(new()),
        Classifier = choice.Classifier.Weights.Options(new()),
    };

    private static string Denoiser(ModelChoice choice) => choice.Denoiser.File ?? throw Missing(choice, "--denoiser-file");

    private static string Classifier(ModelChoice choice) => choice.Classifier.File ?? throw Missing(choice, "--classifier-file");

    private static ArgumentException Missing(ModelChoice choice, string option) =>
        new($"--pair {choice.Pair} needs {option}: docs/models.md names the published files.");
}
