using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;

namespace DenoisedSmoothing.Networks;

/// <summary>
/// Classifiers and denoisers from AOTInductor packages: see <see cref="AotInductorNetwork"/>. Such files are native code: load only those
/// you trust.
/// </summary>
public static class AotInductor
{
    /// <summary>Loads a classifier.</summary>
    /// <param name="path">A .pt2 package compiled from a network that takes images [N,C,H,W] and returns logits [N,K].</param>
    /// <param name="classCount">K, at least 2.</param>
    /// <param name="normalization">What the network was trained with; null if it takes [0,1] or normalises by itself.</param>
    /// <param name="resizeTo">Size in pixels to resize to, bicubic with antialiasing; null to leave the size.</param>
    /// <returns>The classifier; disposing it frees the network.</returns>
    /// <exception cref="CheckpointException">libtorch cannot load the file.</exception>
    public static ModuleClassifier LoadClassifier(string path, int classCount, Normalization? normalization =
        null, (int Height, int Width)? resizeTo = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classCount, 2);
        return new ModuleClassifier(AotInductorNetwork.Load(path), classCount, normalization, resizeTo, disposeNetwork: true);
    }

    /// <summary>Loads a diffusion network as a one-shot denoiser.</summary>
    /// <param name="path">A .pt2 package compiled from a network that takes x_t [N,C,H,W] in [-1,1] scaling and float32 timesteps
    /// [N].</param>
    /// <param name="schedule">The schedule that the network was trained with.</param>
    /// <param name="timestepScale">The network is fed t times this.</param>
    /// <param name="lastTimestep">The highest timestep that the network was trained for; null for all of the schedule's.</param>
    /// <param name="parametrization">What the network predicts.</param>
    /// <returns>The denoiser; disposing it frees the network.</returns>
    /// <exception cref="CheckpointException">libtorch cannot load the file.</exception>
    public static OneShotDenoiser LoadDenoiser(
        string path, INoiseSchedule schedule, double timestepScale = 1, int? lastTimestep = null, Parametrization parametrization =
            Parametrization.Epsilon)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        return new OneShotDenoiser(AotInductorNetwork.Load(path), schedule, timestepScale, lastTimestep, parametrization,
            disposeNetwork: true);
    }
}
