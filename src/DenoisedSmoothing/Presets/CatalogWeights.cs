using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Hub;
using TorchSharp;

namespace DenoisedSmoothing.Presets;

/// <summary>A network of the catalog with the weights of a file.</summary>
internal static class CatalogWeights
{
    public static TNetwork Load<TNetwork>(Func<TNetwork> create, string path, string device, CheckpointOptions options)
        where TNetwork : torch.nn.Module => Load(create, null, path, device, options);

    /// <param name="create">Makes the network.</param>
    /// <param name="read">
    /// Makes and fills the network in a file, where the file decides which; null to use <paramref name="create"/>.
    /// </param>
    /// <param name="path">The file.</param>
    /// <param name="device">The target device.</param>
    /// <param name="options">How the file is read.</param>
    public static TNetwork Load<TNetwork>(
        Func<TNetwork> create, Func<string, CheckpointOptions, TNetwork>? read, string path, string device, CheckpointOptions options)
        where TNetwork : torch.nn.Module
    {
        torch.Device target = LibTorch.DeviceNamed(device);
        if (read is not null)
            return Moved(read(path, options), target);
        // The file first: a wrong path must not cost gigabytes of random weights.
        using Checkpoint checkpoint = WeightFile.Open(path, options);
        TNetwork network = create();
        try
        {
            StateDict.Load(network, RecognisedWeights.Native(network, checkpoint));
        }
        catch
        {
            network.Dispose();
            throw;
        }

        return Moved(network, target);
    }

    private static TNetwork Moved<TNetwork>(TNetwork network, torch.Device target)
        where TNetwork : torch.nn.Module
    {
        try
        {
            network.to(target);
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }
}
