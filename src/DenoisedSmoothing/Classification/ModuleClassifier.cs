using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing;

/// <summary>A network as classifier: normalise, resize, call.</summary>
/// <remarks>Safe for concurrent use where the network is.</remarks>
public sealed class ModuleClassifier : IClassifier, IFingerprinted, IDisposable
{
    private readonly nn.IModule<Tensor, Tensor> _network;
    private readonly Normalization? _normalization;
    private readonly (int Height, int Width)? _resizeTo;
    private readonly Lazy<string> _fingerprint;
    private (DeviceType Type, int Index, Tensor Mean, Tensor Std)? _constants;

    /// <summary>Wraps a network.</summary>
    /// <param name="network">Takes images [N,C,H,W], normalised and resized, and returns logits [N,K]. Put in evaluation mode; not disposed.</param>
    /// <param name="classCount">K, at least 2.</param>
    /// <param name="normalization">What the network was trained with; null where it takes [0,1].</param>
    /// <param name="resizeTo">Size in pixels to resize to, bicubic with antialiasing (32 to 224 for the paper's ViT); null to leave the size.</param>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than 2 classes, or a size below 1.</exception>
    public ModuleClassifier(nn.IModule<Tensor, Tensor> network, int classCount, Normalization? normalization = null, (int Height, int Width)? resizeTo = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentOutOfRangeException.ThrowIfLessThan(classCount, 2);
        if (resizeTo is { } size && (size.Height < 1 || size.Width < 1))
            throw new ArgumentOutOfRangeException(nameof(resizeTo), resizeTo, "The size to resize to must be at least 1x1.");
        (_network, ClassCount, _normalization, _resizeTo) = (network, classCount, normalization, resizeTo);
        (network as nn.Module)?.eval();
        _fingerprint = new(() => $"classifier({ModuleFingerprint.Of(network)};{normalization?.ToString() ?? "raw"};{(resizeTo is { } to ? $"resize={to.Height}x{to.Width}" : "as-is")})");
    }

    /// <inheritdoc/>
    public int ClassCount { get; }

    /// <inheritdoc/>
    public string Fingerprint => _fingerprint.Value;

    /// <inheritdoc/>
    public Tensor Classify(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        using DisposeScope scope = NewDisposeScope();
        Tensor h = images;
        if (_normalization is not null)
        {
            if (images.shape[1] != _normalization.Mean.Count)
                throw new ArgumentException($"The normalisation has {_normalization.Mean.Count} channels, the images have {images.shape[1]}.", nameof(images));
            (_, _, Tensor mean, Tensor std) = ConstantsOn(images.device);
            h = h.sub(mean).div_(std);
        }

        if (_resizeTo is { } size && (h.shape[2] != size.Height || h.shape[3] != size.Width))
            h = Resize(h, size.Height, size.Width);
        return _network.call(h).MoveToOuterDisposeScope();
    }

    /// <summary>Bicubic resize with antialiasing, as PIL and torchvision do it.</summary>
    /// <param name="images">float32 [N,C,H,W].</param>
    /// <param name="height">The new H.</param>
    /// <param name="width">The new W.</param>
    /// <returns>[N,C,height,width]; overshoots the input's range slightly, as bicubic does.</returns>
    public static Tensor Resize(Tensor images, int height, int width) =>
        nn.functional.interpolate(images, size: [height, width], mode: InterpolationMode.Bicubic, align_corners: false, antialias: true);

    /// <summary>Frees the normalisation's constants; the network is the caller's.</summary>
    public void Dispose()
    {
        _constants?.Mean.Dispose();
        _constants?.Std.Dispose();
        _constants = null;
    }

    private (DeviceType Type, int Index, Tensor Mean, Tensor Std) ConstantsOn(Device device)
    {
        if (_constants is { } known && known.Type == device.type && known.Index == device.index)
            return known;
        Dispose();
        // Made under the sampler's inference mode they would break every later gradient through Classify, such as an attack's.
        using IDisposable normal = inference_mode(false);
        Tensor mean = tensor(_normalization!.Mean.ToArray(), [1, _normalization.Mean.Count, 1, 1], device: device);
        Tensor std = tensor(_normalization.Std.ToArray(), [1, _normalization.Std.Count, 1, 1], device: device);
        _constants = (device.type, device.index, mean.DetachFromDisposeScope(), std.DetachFromDisposeScope());
        return _constants.Value;
    }
}
