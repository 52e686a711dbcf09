using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Denoising;
using TorchSharp;

namespace DenoisedSmoothing.OnnxRuntime;

/// <summary>Any diffusion model in ONNX as a one-shot denoiser: see <see cref="OneShotDenoiser"/>.</summary>
/// <remarks>
/// For a network of images alone, or for other samplers, use <see cref="OnnxNetwork"/> as their network. Safe for concurrent use. See
/// <see cref="OnnxNetwork"/> for memory, types and devices.
/// </remarks>
public sealed class OnnxDenoiser : IDenoiser, IDescribed, IDisposable
{
    private readonly OneShotDenoiser _denoiser;

    private OnnxDenoiser(OneShotDenoiser denoiser) => _denoiser = denoiser;

    /// <inheritdoc/>
    public PartInfo Info => _denoiser.Info;

    /// <summary>Opens a diffusion model.</summary>
    /// <param name="path">A .onnx file with two inputs, x_t [N,C,H,W] in [-1,1] scaling and timesteps ([N], [N,1] or one number,
    /// floating-point or integer), and an output [N,C,H,W], or [N,2C,H,W] with a learned variance.</param>
    /// <param name="schedule">The schedule that the network was trained with.</param>
    /// <param name="parametrization">What the network predicts.</param>
    /// <param name="timestepScale">
    /// The network is fed t times this; 1000/T for networks trained with rescaled timesteps, otherwise 1.
    /// </param>
    /// <param name="lastTimestep">The highest timestep that the network was trained for; null for all of the schedule's.</param>
    /// <param name="options">Names, threads and execution providers.</param>
    /// <exception cref="CheckpointException">ONNX Runtime cannot open the model, or it is not such a denoiser; the message says what it
    /// has.</exception>
    /// <exception cref="ArgumentException">The scale is fractional, but the model has integer timesteps.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The scale is not finite and positive, or the timestep is not one of the
    /// schedule's.</exception>
    /// <exception cref="DllNotFoundException">A native library is missing; the message says which package to add.</exception>
    public static OnnxDenoiser Load(
        string path, INoiseSchedule schedule, Parametrization parametrization = Parametrization.Epsilon, double timestepScale = 1,
        int? lastTimestep = null, OnnxOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        OnnxNetwork network = OnnxNetwork.Load(path, options ?? new OnnxOptions(), outputRank: 4);
        try
        {
            Check(path, network.Signature, timestepScale);
            return new OnnxDenoiser(new OneShotDenoiser(network, schedule, timestepScale, lastTimestep, parametrization,
                disposeNetwork: true));
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public torch.Tensor Denoise(torch.Tensor noisy, NoiseContext noise) => _denoiser.Denoise(noisy, noise);

    /// <summary>Frees the model.</summary>
    public void Dispose() => _denoiser.Dispose();

    private static void Check(string path, OnnxSignature signature, double timestepScale)
    {
        (OnnxTensor images, OnnxTensor? timesteps, OnnxTensor output) = signature;
        if (timesteps is null)
            throw new CheckpointException($"{path}: a diffusion model takes timesteps beside the images; this one takes {images} alone.");
        if (timesteps.IsInteger && timestepScale != Math.Floor(timestepScale))
            throw new ArgumentException($"{path} takes whole timesteps ({timesteps}): a scale of {timestepScale} does not keep them whole.",
                nameof(timestepScale));
        long channels = images.Shape[1];
        bool channelsFit = channels < 0 || output.Shape[1] < 0 || output.Shape[1] == channels || output.Shape[1] == 2 * channels;
        bool sizeFits = images.Shape.Skip(2).Zip(output.Shape.Skip(2))
            .All(pair => pair.First < 0 || pair.Second < 0 || pair.First == pair.Second);
        if (!channelsFit || !sizeFits)
            throw new CheckpointException(
                $"{path}: a denoiser answers in the shape of its images, with once or twice their channels; this one makes {output} of "
                + $"{images}.");
    }
}
