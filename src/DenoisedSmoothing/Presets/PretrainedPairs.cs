using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Models;
using DenoisedSmoothing.Preprocessing;
using DenoisedSmoothing.Schedules;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Presets;

/// <summary>
/// The field's published pairs, from checkpoint files to a ready pair: docs/models.md names the files. Any format that
/// <see cref="Checkpoint.Open(string)"/> reads works; a file that holds something else is refused, saying what it looks like.
/// </summary>
public static class PretrainedPairs
{
    private static readonly CheckpointOptions s_cohen = new() { StripPrefixes = ["1.", "module."] };
    private static readonly DenoiserSettings s_improvedDiffusion = DenoiserSettings.Of("improved-diffusion-cifar10");
    private static readonly DenoiserSettings s_guidedDiffusion = DenoiserSettings.Of("guided-diffusion-256");
    private static readonly InputShape s_cifar = new(3, 32, 32), s_imageNet = new(3, 224, 224);

    /// <summary>
    /// Carlini et al. 2022, CIFAR-10: improved-diffusion's 52.5M network (T = 4000, cosine, rescaled timesteps) and ViT-B/16, fed 224x224.
    /// </summary>
    /// <param name="diffusionPath">cifar10_uncond_50M_500K.pt.</param>
    /// <param name="vitPath">ViT-B/16 at 224 fine-tuned on CIFAR-10, under Hugging Face's or timm's names.</param>
    /// <param name="device">Where to compute, such as <c>cpu</c> or <c>cuda</c>.</param>
    /// <param name="checkpoints">How the files are read; null for the usual way.</param>
    /// <exception cref="CheckpointException">A file is damaged or holds other weights.</exception>
    /// <exception cref="InvalidDataException">The denoiser's file has a card that says it is another denoiser.</exception>
    public static PretrainedPair Cifar10(
        string diffusionPath, string vitPath, string device = "cpu", PairCheckpoints? checkpoints = null) =>
        Build("Carlini et al. 2022, CIFAR-10, ViT-B/16", device, Cifar, CardOf(diffusionPath, s_improvedDiffusion), owned =>
    {
        OneShotDenoiser denoiser = ImprovedDiffusion(owned, diffusionPath, device, checkpoints);
        return (denoiser, ViT(owned, vitPath, device, checkpoints));
    });

    /// <summary>The same denoiser with WRN-28-10 (RobustBench's "Standard"), which takes plain pixels.</summary>
    /// <param name="diffusionPath">cifar10_uncond_50M_500K.pt.</param>
    /// <param name="classifierPath">The WRN-28-10's weights.</param>
    /// <param name="device">Where to compute, such as <c>cpu</c> or <c>cuda</c>.</param>
    /// <param name="checkpoints">How the files are read; null for the usual way.</param>
    /// <exception cref="CheckpointException">A file is damaged or holds other weights.</exception>
    /// <exception cref="InvalidDataException">The denoiser's file has a card that says it is another denoiser.</exception>
    public static PretrainedPair Cifar10WideResNet(
        string diffusionPath, string classifierPath, string device = "cpu", PairCheckpoints? checkpoints = null) =>
        Build("Carlini et al. 2022, CIFAR-10, WRN-28-10", device, Cifar, CardOf(diffusionPath, s_improvedDiffusion), owned =>
    {
        OneShotDenoiser denoiser = ImprovedDiffusion(owned, diffusionPath, device, checkpoints);
        WideResNet network = Load(owned, () => new WideResNet(), classifierPath, checkpoints.OfClassifier(), device);
        return (denoiser, new ModuleClassifier(network, classCount: 10) { Input = s_cifar });
    });

    /// <summary>
    /// Carlini et al. 2022, ImageNet: guided-diffusion's 552.8M network at 224x224 (T = 1000, linear) and BEiT-L/16, fed 512x512.
    /// </summary>
    /// <param name="diffusionPath">256x256_diffusion_uncond.pt.</param>
    /// <param name="beitPath">timm's beit_large_patch16_512.</param>
    /// <param name="device">Where to compute, such as <c>cpu</c> or <c>cuda</c>.</param>
    /// <param name="checkpoints">How the files are read; null for the usual way.</param>
    /// <exception cref="CheckpointException">A file is damaged or holds other weights.</exception>
    /// <exception cref="InvalidDataException">The denoiser's file has a card that says it is another denoiser.</exception>
    public static PretrainedPair ImageNet(
        string diffusionPath, string beitPath, string device = "cpu", PairCheckpoints? checkpoints = null) =>
        Build("Carlini et al. 2022, ImageNet", device, new ImagePreprocess().Resize(256).CenterCrop(224).Exactly(3, 224, 224),
            CardOf(diffusionPath, s_guidedDiffusion), owned =>
    {
        DiffusionUNet unet = Load(owned, () => new DiffusionUNet(DiffusionUNetOptions.GuidedDiffusionImageNet256), diffusionPath,
            checkpoints.OfDenoiser(), device);
        Beit beit = LoadMapped(owned, () => new Beit(BeitOptions.Large16Size512), beitPath, checkpoints.OfClassifier(), device, name =>
            name.EndsWith("relative_position_index", StringComparison.Ordinal), Beit.FromTimm);
        return (new OneShotDenoiser(new DiffusionModel(unet, new LinearSchedule(1000)) { Input = s_imageNet }),
            new ModuleClassifier(beit, 1000, Normalization.ToSymmetric, (512, 512)) { Input = s_imageNet });
    });

    /// <summary>Cohen et al. 2019, CIFAR-10: ResNet-110 trained on noisy images, without a denoiser.</summary>
    /// <param name="classifierPath">A checkpoint.pth.tar of their release; sigma must be the one it was trained with.</param>
    /// <param name="device">Where to compute, such as <c>cpu</c> or <c>cuda</c>.</param>
    /// <param name="checkpoints">How the files are read; null for the usual way.</param>
    /// <exception cref="CheckpointException">The file is damaged or holds other weights.</exception>
    public static PretrainedPair CohenCifar10(
        string classifierPath, string device = "cpu", PairCheckpoints? checkpoints = null) =>
        Build("Cohen et al. 2019, CIFAR-10, ResNet-110", device, Cifar, card: null, owned =>
        (new IdentityDenoiser(), ResNet110(owned, classifierPath, device, checkpoints)));

    /// <summary>Salman et al. 2020, CIFAR-10: a denoiser trained for one sigma in front of a plain ResNet-110.</summary>
    /// <param name="denoiserPath">A denoiser of their release: DnCNN, DnCNN wide or MemNet, told apart by the weights.</param>
    /// <param name="classifierPath">A ResNet-110 checkpoint of theirs or of Cohen et al.</param>
    /// <param name="device">Where to compute, such as <c>cpu</c> or <c>cuda</c>.</param>
    /// <param name="checkpoints">How the files are read; null for the usual way.</param>
    /// <exception cref="CheckpointException">A file is damaged or holds other weights.</exception>
    /// <exception cref="InvalidDataException">The denoiser's file has a card that says it is another denoiser.</exception>
    public static PretrainedPair SalmanCifar10(
        string denoiserPath, string classifierPath, string device = "cpu", PairCheckpoints? checkpoints = null) =>
        Build("Salman et al. 2020, CIFAR-10", device, Cifar, CardOf(denoiserPath, null), owned =>
    {
        using Checkpoint checkpoint = Checkpoint.Open(denoiserPath, checkpoints.OfDenoiser());
        // DnCNN's first convolution shows the width; MemNet has no entry of that name.
        TensorEntry? first = checkpoint.Entries.FirstOrDefault(entry => entry.Name == "dncnn.0.weight" && entry.Shape.Count == 4);
        nn.Module<Tensor, Tensor> network = first is null ? new MemNet() : new DnCnn(width: (int)first.Shape[0]);
        Place(owned, network, checkpoint, device);
        return (new NetworkDenoiser(network) { Input = s_cifar }, ResNet110(owned, classifierPath, device, checkpoints));
    });

    private static ImagePreprocess Cifar { get; } = new ImagePreprocess().Exactly(3, 32, 32);

    private static OneShotDenoiser ImprovedDiffusion(
        List<IDisposable> owned, string path, string device, PairCheckpoints? checkpoints) => new(new DiffusionModel(
        Load(owned, () => new DiffusionUNet(DiffusionUNetOptions.ImprovedDiffusionCifar10), path, checkpoints.OfDenoiser(), device),
        new CosineSchedule(4000), timestepScale: 1000.0 / 4000) { Input = s_cifar });

    private static ModuleClassifier ViT(List<IDisposable> owned, string path, string device, PairCheckpoints? checkpoints)
    {
        bool timm;
        CheckpointOptions options = checkpoints.OfClassifier();
        using (Checkpoint checkpoint = Checkpoint.Open(path, options))
            timm = checkpoint.Entries.Any(entry => entry.Name == "patch_embed.proj.weight");
        // The two families' layer norms differ in epsilon, which no checkpoint shows.
        VisionTransformerOptions size = VisionTransformerOptions.Base16Cifar10 with { LayerNormEpsilon = timm ? 1e-6 : 1e-12 };
        VisionTransformer network = LoadMapped(owned, () => new VisionTransformer(size), path, options, device, _ =>
            timm, VisionTransformer.FromTimm);
        return new ModuleClassifier(network, 10, Normalization.ToSymmetric, (224, 224)) { Input = s_cifar };
    }

    private static ModuleClassifier ResNet110(List<IDisposable> owned, string path, string device, PairCheckpoints? checkpoints) => new(
        Load(owned, () => new CifarResNet(110, 10, ResNetShortcut.Convolution), path, checkpoints.OfClassifier(s_cohen), device), 10,
        Normalization.CohenCifar10)
        {
            Input = s_cifar,
        };

    private static PretrainedPair Build(string name, string device, ImagePreprocess preprocess, DenoiserCard? card,
        Func<List<IDisposable>, (IDenoiser Denoiser, IClassifier Classifier)> load)
    {
        LibTorch.DeviceNamed(device); // before gigabytes are read
        List<IDisposable> owned = [];
        try
        {
            (IDenoiser denoiser, IClassifier classifier) = load(owned);
            if (classifier is IDisposable disposable)
                owned.Add(disposable);
            return new PretrainedPair(name, denoiser, classifier, preprocess, device, owned) { Card = card };
        }
        catch
        {
            foreach (IDisposable part in owned)
                part.Dispose();
            throw;
        }
    }

    // A newly trained file may replace the published one, if it is the same kind of denoiser.
    private static DenoiserCard? CardOf(string path, DenoiserSettings? pairs)
    {
        DenoiserCard? card = DenoiserCard.Find(path);
        if (pairs is null && card is not (null or PlainDenoiserCard))
            throw new InvalidDataException($"{path} is a network that is told the noise level ({card.Network}), and this pair's is not.");
        string? contradiction = pairs is null ? null : card?.Contradiction(pairs, setting => $"the pair's {setting}");
        return contradiction is null ? card : throw new InvalidDataException($"{contradiction}: it is not this pair's denoiser.");
    }

    // The file first: a wrong path must not cost gigabytes of random weights.
    private static T Load<T>(List<IDisposable> owned, Func<T> create, string path, CheckpointOptions options, string device)
        where T : nn.Module
    {
        using Checkpoint checkpoint = Checkpoint.Open(path, options);
        T network = create();
        Place(owned, network, checkpoint, device);
        return network;
    }

    // Entry by entry where the names are the network's own; through a dictionary, with twice the memory, where they have to be mapped.
    private static T LoadMapped<T>(
        List<IDisposable> owned, Func<T> create, string path, CheckpointOptions options, string device, Func<string, bool> foreign,
            Func<IReadOnlyDictionary<string, Tensor>, Dictionary<string, Tensor>> map)
        where T : nn.Module
    {
        using Checkpoint checkpoint = Checkpoint.Open(path, options);
        T network = create();
        if (!checkpoint.Entries.Any(entry => foreign(entry.Name)))
        {
            Place(owned, network, checkpoint, device);
            return network;
        }

        owned.Add(network);
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> weights = checkpoint.Entries.ToDictionary(entry => entry.Name, entry => checkpoint.Read(entry.Name));
        StateDict.Load(network, map(weights));
        network.to(device);
        return network;
    }

    private static void Place(List<IDisposable> owned, nn.Module network, Checkpoint checkpoint, string device)
    {
        owned.Add(network);
        StateDict.Load(network, checkpoint);
        network.to(device);
    }
}
