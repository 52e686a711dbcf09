using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;

namespace DenoisedSmoothing.Networks;

/// <summary>
/// Classifiers and denoisers from TorchScript files: see <see cref="TorchScriptNetwork"/>. Such files contain code: load only those you
/// trust.
/// </summary>
public static class TorchScript
{
    /// <summary>Loads a classifier.</summary>
    /// <param name="path">
    /// A file made by <c>torch.jit.save</c> whose <c>forward</c> takes images [N,C,H,W] and returns logits [N,K].
    /// </param>
    /// <param name="classCount">K, at least 2.</param>
    /// <param name="normalization">What the network was trained with; null if it takes [0,1] or normalises by itself.</param>
    /// <param name="resizeTo">Size in pixels to resize to, bicubic with antialiasing; null to leave the size.</param>
    /// <param name="device">Where to compute, such as <c>cpu</c> or <c>cuda</c>.</param>
    /// <param name="output">Which of several tensors returned by <c>forward</c> holds the logits: its place, from 0, or its name in a named
    /// tuple; null for the only one.</param>
    /// <returns>The classifier; disposing it frees the script.</returns>
    /// <exception cref="CheckpointException">The file is not a script, cannot be loaded, or does not take only images.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Fewer than 2 classes, or a size below 1.</exception>
    public static ModuleClassifier LoadClassifier(
        string path, int classCount, Normalization? normalization = null, (int Height, int Width)? resizeTo = null, string device = "cpu",
        string? output = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classCount, 2);
        TorchScriptNetwork network = Load(path, device, output, inputs: 1, "images [N,C,H,W]");
        return new ModuleClassifier(network, classCount, normalization, resizeTo, disposeNetwork: true);
    }

    /// <summary>Loads a diffusion network as a one-shot denoiser.</summary>
    /// <param name="path">A file made by <c>torch.jit.save</c> whose <c>forward</c> takes x_t [N,C,H,W] in [-1,1] scaling and float32
    /// timesteps [N], and returns [N,C,H,W], or [N,2C,H,W] with a learned variance.</param>
    /// <param name="schedule">The schedule that the network was trained with.</param>
    /// <param name="timestepScale">The network is fed t times this.</param>
    /// <param name="lastTimestep">The highest timestep that the network was trained for; null for all of the schedule's.</param>
    /// <param name="parametrization">What the network predicts.</param>
    /// <param name="device">Where to compute, such as <c>cpu</c> or <c>cuda</c>.</param>
    /// <param name="output">Which of several tensors returned by <c>forward</c> is the prediction: its place, from 0, or its name in a
    /// named tuple; null for the only one.</param>
    /// <returns>The denoiser; disposing it frees the script.</returns>
    /// <exception cref="CheckpointException">The file is not a script, cannot be loaded, or does not take images and timesteps.</exception>
    public static OneShotDenoiser LoadDenoiser(
        string path, INoiseSchedule schedule, double timestepScale = 1, int? lastTimestep = null,
        Parametrization parametrization = Parametrization.Epsilon, string device = "cpu", string? output = null)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        TorchScriptNetwork network = Load(path, device, output, inputs: 2, "images [N,C,H,W] and timesteps [N]");
        return new OneShotDenoiser(network, schedule, timestepScale, lastTimestep, parametrization, disposeNetwork: true);
    }

    private static TorchScriptNetwork Load(string path, string device, string? output, int inputs, string wanted)
    {
        TorchScriptNetwork network = TorchScriptNetwork.Load(path, device, output);
        if (network.Takes(inputs))
            return network;
        int found = network.InputCount;
        network.Dispose();
        throw new CheckpointException(
            $"{path}: forward must take {wanted}; this script's takes {found} argument{(found == 1 ? "" : "s")}.");
    }
}
