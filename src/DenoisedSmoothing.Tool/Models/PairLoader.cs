using DenoisedSmoothing.Data;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Presets;

namespace DenoisedSmoothing.Tool;

/// <summary>The pairs that have a name, and pairs from files alone.</summary>
internal static class PairLoader
{
    public const string Bundled = "fashion-mnist";

    private static readonly Dictionary<string, Func<ModelChoice, PretrainedPair>> s_pretrained = new()
    {
        ["cifar10"] = choice => PretrainedPairs.Cifar10(Denoiser(choice), Classifier(choice), choice.Device),
        ["cifar10-wrn"] = choice => PretrainedPairs.Cifar10WideResNet(Denoiser(choice), Classifier(choice), choice.Device),
        ["imagenet"] = choice => PretrainedPairs.ImageNet(Denoiser(choice), Classifier(choice), choice.Device),
        ["cohen-cifar10"] = choice => PretrainedPairs.CohenCifar10(Classifier(choice), choice.Device),
        ["salman-cifar10"] = choice => PretrainedPairs.SalmanCifar10(Denoiser(choice), Classifier(choice), choice.Device),
    };

    // What a pair's classifier is in the catalog, so that a fine-tuned one is known again.
    private static readonly Dictionary<string, string> s_classifiers = new()
    {
        ["cifar10"] = "vit-b16-cifar10",
        ["cifar10-wrn"] = "wide-resnet-28-10",
        ["imagenet"] = "beit-l16-512",
        ["cohen-cifar10"] = "resnet110",
        ["salman-cifar10"] = "resnet110",
    };

    public static IReadOnlyList<string> Names { get; } = [Bundled, .. s_pretrained.Keys];

    /// <summary>Loads what was chosen.</summary>
    /// <exception cref="ArgumentException">A file is missing, or one is given that the pair has no place for.</exception>
    public static LoadedModels Load(ModelChoice choice)
    {
        LibTorch.EnsureAvailable();
        return choice.Pair switch
        {
            null => FromFiles(choice),
            Bundled => FashionMnist(choice),
            _ => Pretrained(choice, choice.Pair),
        };
    }

    private static LoadedModels FashionMnist(ModelChoice choice)
    {
        List<IDisposable> owned = [];
        FashionMnistPair pair = FashionMnistPair.Load(choice.Device);
        owned.Add(pair);
        IClassifier classifier;
        if (choice.ClassifierFile is null)
        {
            classifier = Precisions.Convert(pair.Classifier, choice.Precision);
        }
        else
        {
            (classifier, _, IDisposable part) = ModelFiles.Classifier(choice, fallback: Bundled);
            owned.Add(part);
        }

        (DiffusionModel? diffusion, IDenoiser? own, DenoiserCard? card) = (pair.Diffusion, null, null);
        if (choice.DenoiserFile is null)
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
            Name = choice.ClassifierFile is null && choice.DenoiserFile is null
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
        if (choice.DenoiserFile is not null && DenoiserCard.Find(choice.DenoiserFile) is { } card
            && card.Network != "improved-diffusion-cifar10")
            throw new ArgumentException(
                $"{choice.DenoiserFile} is a {card.Network} network, not the pair's: leave --pair out, and name the classifier's "
                + $"network with --classifier-network {s_classifiers[name]}.");
        PretrainedPair pair = s_pretrained[name](choice);
        DiffusionModel? diffusion = pair.Diffusion is { } model ? Precisions.Convert(model, choice.Precision) : null;
        IDenoiser? own = diffusion is null && pair.Denoiser is not IdentityDenoiser ? pair.Denoiser : null;
        if (own is not null && choice.Precision != "float32")
            throw new NotSupportedException($"--precision {choice.Precision} is not possible for the denoisers of Salman et al.");
        return new LoadedModels
        {
            Name = pair.Name,
            Classifier = Precisions.Convert(pair.Classifier, choice.Precision),
            ClassifierNetwork = s_classifiers[name],
            Diffusion = diffusion,
            OwnDenoiser = own,
            Card = choice.DenoiserFile is null ? null : DenoiserCard.Find(choice.DenoiserFile),
            Preprocess = pair.Preprocess,
        }.Owning(pair);
    }

    private static LoadedModels FromFiles(ModelChoice choice)
    {
        (IClassifier classifier, string? network, IDisposable owned) = ModelFiles.Classifier(choice);
        if (choice.DenoiserFile is null)
            return new LoadedModels
            {
                Name = $"{choice.ClassifierFile} without a denoiser",
                Classifier = classifier,
                ClassifierNetwork = network,
            }.Owning(owned);
        try
        {
            (DiffusionModel? diffusion, IDenoiser? own, DenoiserCard? card, IDisposable part) = ModelFiles.Denoiser(choice);
            return new LoadedModels
            {
                Name = $"{choice.DenoiserFile} and {choice.ClassifierFile}",
                Classifier = classifier,
                ClassifierNetwork = network,
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

    private static string Denoiser(ModelChoice choice) => choice.DenoiserFile ?? throw Missing(choice, "--denoiser-file");

    private static string Classifier(ModelChoice choice) => choice.ClassifierFile ?? throw Missing(choice, "--classifier-file");

    private static ArgumentException Missing(ModelChoice choice, string option) =>
        new($"--pair {choice.Pair} needs {option}: docs/models.md names the published files.");
}
