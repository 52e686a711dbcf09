using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Preprocessing;
using Microsoft.Extensions.Logging;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Presets;

/// <summary>
/// A denoiser and a classifier loaded from checkpoint files, with the right schedule, ranges and sizes; made by
/// <see cref="PretrainedPairs"/>.
/// </summary>
public sealed class PretrainedPair : IDisposable
{
    private readonly IReadOnlyList<IDisposable> _owned;
    private readonly string _device;

    internal PretrainedPair(string name, IDenoiser denoiser, IClassifier classifier, ImagePreprocess preprocess, string device,
        IReadOnlyList<IDisposable> owned)
    {
        (Name, Denoiser, Classifier, Preprocess, _device, _owned) = (name, denoiser, classifier, preprocess, device, owned);
        BaseClassifier = new DenoisedClassifier(denoiser, classifier);
    }

    /// <summary>What the pair is.</summary>
    public string Name { get; }

    /// <summary>The denoiser, for pixels in [0,1].</summary>
    public IDenoiser Denoiser { get; }

    /// <summary>
    /// The denoiser's model, on which another denoising strategy can be built; null where the denoiser is not a diffusion model. It is
    /// disposed with the pair.
    /// </summary>
    public DiffusionModel? Diffusion => (Denoiser as OneShotDenoiser)?.Model;

    /// <summary>The classifier, for pixels in [0,1].</summary>
    public IClassifier Classifier { get; }

    /// <summary>Both in sequence: what is smoothed.</summary>
    public IBaseClassifier BaseClassifier { get; }

    /// <summary>What the denoiser's file says about its training.</summary>
    /// <value>Null where it says nothing, as with published files.</value>
    public DenoiserCard? Card { get; internal init; }

    /// <summary>What happens to an image before the noise; not part of what is certified.</summary>
    public ImagePreprocess Preprocess { get; }

    /// <summary>Which function this is: kinds, settings and hashes of the weights. The first call reads all weights.</summary>
    public string Fingerprint => PartInfo.Of(BaseClassifier).Fingerprint;

    /// <summary>The smoothed classifier over this pair, on the device where it was loaded.</summary>
    /// <param name="sigma">The smoothing noise per pixel, in [0,1] pixel space.</param>
    /// <param name="certifier">The statistics; <see cref="CohenCertifier"/> with its defaults when not given.</param>
    /// <param name="options">How to sample; its devices, if given, replace the pair's.</param>
    /// <param name="logger">Receives warnings.</param>
    /// <exception cref="ArgumentException">The denoiser was not trained for this sigma, as its file says.</exception>
    public SmoothedClassifier Smooth(double sigma, ICertifier? certifier = null, SmoothingOptions? options =
        null, ILogger<SmoothedClassifier>? logger = null)
    {
        Card?.Require(sigma);
        options ??= new SmoothingOptions();
        return new SmoothedClassifier([BaseClassifier], sigma, certifier, options with { Devices = options.Devices ?? [_device] }, logger);
    }

    /// <summary>Frees the networks.</summary>
    public void Dispose()
    {
        foreach (IDisposable part in _owned)
            part.Dispose();
    }
}
