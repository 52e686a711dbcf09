using System.Collections.Concurrent;
using DenoisedSmoothing.Parts;
using DenoisedSmoothing.Preprocessing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Classification;

/// <summary>A network as a classifier: normalise, resize, call.</summary>
/// <remarks>Safe for concurrent use where the network is.</remarks>
public sealed class ModuleClassifier : IClassifier, IDescribed, IDisposable
{
    private readonly nn.IModule<Tensor, Tensor> _network;
    private readonly Normalization? _normalization;
    private readonly (int Height, int Width)? _resizeTo;
    private readonly bool _disposeNetwork;
    private readonly ConcurrentDictionary<(DeviceType Type, int Index), Lazy<(Tensor Mean, Tensor Std)>> _constants = new();

    /// <summary>Wraps a network.</summary>
    /// <param name="network">
    /// Takes images [N,C,H,W], normalised and resized, and returns logits [N,K]. It is put in evaluation mode.
    /// </param>
    /// <param name="classCount">K, at least 2.</param>
    /// <param name="normalization">What the network was trained with; null if it takes [0,1].</param>
    /// <param name="resizeTo">Size in pixels to resize to, bicubic with antialiasing (32 to 224 for the paper's ViT); null to leave the
    /// size.</param>
    /// <param name="disposeNetwork">Whether <see cref="Dispose"/> also frees the network, if it can be freed.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than 2 classes, or a size below 1.</exception>
    /// <exception cref="ArgumentException">
    /// The network takes other channels than the normalisation, or another size than that resized to.
    /// </exception>
    public ModuleClassifier(
        nn.IModule<Tensor, Tensor> network, int classCount, Normalization? normalization = null, (int Height, int Width)? resizeTo =
            null, bool disposeNetwork = false)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentOutOfRangeException.ThrowIfLessThan(classCount, 2);
        if (resizeTo is { } size && (size.Height < 1 || size.Width < 1))
            throw new ArgumentOutOfRangeException(nameof(resizeTo), resizeTo, "The size to resize to must be at least 1x1.");
        (_network, ClassCount, _normalization, _resizeTo, _disposeNetwork) = (network, classCount, normalization, resizeTo, disposeNetwork);
        Input = Taken(IImageNetwork.InputOf(network));
        (network as nn.Module)?.eval();
    }

    /// <inheritdoc/>
    public int ClassCount { get; }

    /// <summary>The network behind the normalisation and the resizing; training it changes this classifier, and its fingerprint.</summary>
    public nn.IModule<Tensor, Tensor> Network => _network;

    /// <summary>What images are normalised with before the network; null where it takes [0,1].</summary>
    public Normalization? Normalization => _normalization;

    /// <summary>Size in pixels that images are resized to before the network; null for their own.</summary>
    public (int Height, int Width)? ResizeTo => _resizeTo;

    /// <summary>What images it takes, before normalisation and resizing; others are refused.</summary>
    /// <value>What the network says, any size where images are resized; null, and no check, where it does not say.</value>
    public InputShape? Input { get; init; }

    /// <inheritdoc/>
    public PartInfo Info
    {
        get
        {
            PartInfo network = PartInfo.Of(_network);
            return (network with
            {
                InputShape = InputShape.Both(Input, _resizeTo is null ? network.InputShape : null),
            }).Named(name => $"classifier({name};{_normalization?.ToString() ?? "raw"};"
                + $"{(_resizeTo is { } to ? $"resize={to.Height}x{to.Width}" : "as-is")})");
        }
    }

    /// <inheritdoc/>
    public Tensor Classify(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        EvaluationMode.Require(_network);
        return Forward(images);
    }

    /// <summary>
    /// Classifies in whatever mode the network is in, for training: in training mode, batch norm makes rows depend on one another.
    /// </summary>
    /// <param name="images">Floating point [N,C,H,W] with pixels in [0,1], with or without noise.</param>
    /// <returns>Logits [N,K]; a fresh tensor on the input's device, with gradients where the network has them.</returns>
    public Tensor Forward(Tensor images)
    {
        Input?.Require(images.shape, "This classifier");
        using DisposeScope scope = NewDisposeScope();
        Tensor h = images;
        if (_normalization is not null)
        {
            if (images.shape[1] != _normalization.Mean.Count)
                throw new ArgumentException(
                    $"The normalisation has {_normalization.Mean.Count} channels, the images have {images.shape[1]}.", nameof(images));
            (Tensor mean, Tensor std) = ConstantsOn(images.device);
            h = h.sub(mean).div_(std);
        }

        if (_resizeTo is { } size && (h.shape[2] != size.Height || h.shape[3] != size.Width))
            h = Resize(h, size.Height, size.Width);
        return _network.call(h).MoveToOuterDisposeScope();
    }

    /// <summary>Bicubic resizing with antialiasing, as in PIL and torchvision.</summary>
    /// <param name="images">float32 [N,C,H,W].</param>
    /// <param name="height">The new H.</param>
    /// <param name="width">The new W.</param>
    /// <returns>[N,C,height,width]; may overshoot the input's range slightly, as bicubic resizing does.</returns>
    public static Tensor Resize(Tensor images, int height, int width) => images.device_type == DeviceType.CUDA && !is_grad_enabled()
        ? MatrixResize.Resize(images, height, width)
        : nn.functional.interpolate(images, size: [height, width], mode: InterpolationMode.Bicubic, align_corners: false, antialias: true);

    /// <summary>
    /// Frees the normalisation's constants, and the network if the constructor was told to; otherwise the caller frees it.
    /// </summary>
    public void Dispose()
    {
        foreach (Lazy<(Tensor Mean, Tensor Std)> constants in _constants.Values)
        {
            (Tensor mean, Tensor std) = constants.Value;
            mean.Dispose();
            std.Dispose();
        }

        _constants.Clear();
        if (_disposeNetwork)
            (_network as IDisposable)?.Dispose();
    }

    private InputShape? Taken(InputShape? network)
    {
        int? channels = _normalization?.Mean.Count;
        if (network is null)
            return channels is { } count ? new InputShape(count) : null;
        if (channels is { } given && network.Channels is { } own && given != own)
            throw new ArgumentException(
                $"The network takes {network}, and the normalisation has {given} channel{(given == 1 ? "" : "s")}.");
        if (_resizeTo is not { } size)
            return network;
        return network.Fits([network.Channels ?? 1, size.Height, size.Width])
            ? new InputShape(network.Channels)
            : throw new ArgumentException($"The network takes {network}: resizeTo {size.Height}x{size.Width} does not fit.");
    }

    // Kept on the device: a copy for every batch would make the host wait for an accelerator.
    private (Tensor Mean, Tensor Std) ConstantsOn(Device device) => _constants.GetOrAdd((device.type, device.index), _ => new(() =>
    {
        // If made under the sampler's inference mode, they would break every later gradient through Classify, such as an attack's.
        using IDisposable normal = inference_mode(false);
        long[] shape = [1, _normalization!.Mean.Count, 1, 1];
        return (
            tensor(_normalization.Mean.ToArray(), shape, device: device).DetachFromDisposeScope(),
            tensor(_normalization.Std.ToArray(), shape, device: device).DetachFromDisposeScope());
    })).Value;
}
