using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Hub;

/// <summary>
/// A diffusion model from a huggingface/diffusers folder: a pipeline (model_index.json, unet/, scheduler/) or a U-Net's own folder with a
/// scheduler beside it. The network is a <see cref="UNet2DModel"/> of pixels; pipelines over an autoencoder's codes are refused.
/// </summary>
/// <remarks>
/// Nothing is downloaded and nothing in a file is run. Schedule, timesteps and parametrisation come from the scheduler's file; how it
/// samples does not matter here.
/// </remarks>
public sealed class PretrainedDiffusion : IDisposable
{
    private readonly SigmaConditionedModel? _conditioned;

    private PretrainedDiffusion(
        string name, UNet2DModel network, (int Height, int Width)? sampleSize, DiffusionModel? diffusion,
        SigmaConditionedModel? conditioned)
    {
        (Name, Network, SampleSize, Diffusion, _conditioned) = (name, network, sampleSize, diffusion, conditioned);
        Denoiser = diffusion is not null ? new OneShotDenoiser(diffusion) : new NoiseLevelDenoiser(conditioned!);
    }

    /// <summary>What it is: the network's and the scheduler's class.</summary>
    public string Name { get; }

    /// <summary>The U-Net.</summary>
    public UNet2DModel Network { get; }

    /// <summary>The height and width that the network was trained on; null where the folder does not say.</summary>
    /// <remarks>The network takes other sizes, but denoises them worse.</remarks>
    public (int Height, int Width)? SampleSize { get; }

    /// <summary>The network with its schedule, on which any denoising strategy can be built; null for EDM's schedulers.</summary>
    public DiffusionModel? Diffusion { get; }

    /// <summary>The model as <see cref="HeunDenoiser"/> uses it; available for all schedulers.</summary>
    public IX0Predictor Predictor => (IX0Predictor?)Diffusion ?? _conditioned!;

    /// <summary>One-shot denoising, for pixels in [0,1].</summary>
    public IDenoiser Denoiser { get; }

    /// <summary>Opens a folder.</summary>
    /// <param name="folder">The pipeline's, or the U-Net's.</param>
    /// <param name="device">Where to compute, such as <c>cpu</c> or <c>cuda</c>.</param>
    /// <param name="checkpoint">How the weights are read; null for the usual way.</param>
    /// <exception cref="CheckpointException">A file is missing, damaged or of a kind that is not built here, or the weights are not the
    /// configured network's; the message says which.</exception>
    /// <exception cref="ArgumentException">There is no such device.</exception>
    /// <exception cref="IOException">The folder is not there, or a file cannot be read.</exception>
    public static PretrainedDiffusion Open(string folder, string device = "cpu", CheckpointOptions? checkpoint = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        Device target = LibTorch.DeviceNamed(device);
        DiffusersFolder files = DiffusersFolder.Find(folder);
        UNet2DModelOptions options = DiffusersUNet.Options(files.Network);
        DiffusersScheduler scheduler = DiffusersScheduler.Of(files.Scheduler);
        if (options.OutChannels != options.InChannels && (options.OutChannels != 2 * options.InChannels || scheduler.Schedule is null))
            throw files.Network.Error(
                $"the network makes {options.OutChannels} channels of {options.InChannels}, and a denoiser keeps them (or adds as many "
                    + "for a learned variance)", "Take an unconditional network of pixels.");
        UNet2DModel network = Load(files.Weights, files.Network.Path, options, checkpoint ?? new CheckpointOptions());
        try
        {
            network.to(target);
            return Of($"UNet2DModel with {scheduler.Name}", network, DiffusersUNet.SampleSize(files.Network), scheduler);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>Whether a path is a folder that <see cref="Open"/> is meant for: one with a diffusers configuration.</summary>
    /// <param name="path">Any path.</param>
    public static bool IsFolder(string path) => DiffusersFolder.Looks(path);

    /// <summary>Frees the network.</summary>
    public void Dispose() => Network.Dispose();

    private static PretrainedDiffusion Of(
        string name, UNet2DModel network, (int Height, int Width)? sampleSize, DiffusersScheduler scheduler) =>
        scheduler.Schedule is { } schedule
            ? new PretrainedDiffusion(name, network, sampleSize,
                new DiffusionModel(network, schedule, parametrization: scheduler.Parametrization), null)
            : new PretrainedDiffusion(name, network, sampleSize, null, new SigmaConditionedModel(
                new EdmPreconditionedNetwork(network, scheduler.DataDeviation), scheduler.LargestLevel));

    /// <summary>Makes a network and reads its weights, under any names that diffusers has used.</summary>
    /// <param name="weights">The file.</param>
    /// <param name="asking">What wants this shape, for messages.</param>
    /// <param name="options">The network's shape.</param>
    /// <param name="how">How the file is read.</param>
    internal static UNet2DModel Load(string weights, string asking, UNet2DModelOptions options, CheckpointOptions how)
    {
        // The file first: a wrong one must not cost gigabytes of random weights.
        using Checkpoint checkpoint = Checkpoint.Open(weights, how);
        DiffusersNames named = new(checkpoint);
        RequireWidths(named, asking, options);
        UNet2DModel network = new(options);
        try
        {
            StateDict.Load(network, named);
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>A configuration that claims more than its weights hold must not cost the memory it claims.</summary>
    private static void RequireWidths(DiffusersNames weights, string config, UNet2DModelOptions options)
    {
        Dictionary<string, TensorEntry> entries = weights.Entries.ToDictionary(static entry => entry.Name, StringComparer.Ordinal);
        Require("conv_in.weight", options.BlockChannels[0], options.InChannels);
        for (int level = 0; level < options.BlockChannels.Count; level++)
        {
            int width = options.BlockChannels[level];
            for (int layer = 0; layer < options.LayersPerBlock; layer++)
                Require($"down_blocks.{level}.resnets.{layer}.conv2.weight", width, width);
        }

        void Require(string name, long outChannels, long inChannels)
        {
            long[] wanted = [outChannels, inChannels, 3, 3];
            if (!entries.TryGetValue(name, out TensorEntry? entry))
                throw CheckpointException.InEntry(weights.Name, name, $"this weight is missing, and {config} asks for it",
                    "Fetch both files of one network.");
            if (!entry.Shape.SequenceEqual(wanted))
                throw CheckpointException.InEntry(weights.Name, name,
                    $"its shape is {CheckpointException.Text(entry.Shape)}, and {config} asks for {CheckpointException.Text(wanted)}",
                    "Fetch both files of one network.");
        }
    }
}
