using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Hub;
using TorchSharp;

namespace DenoisedSmoothing.Presets;

/// <summary>A network of the catalog with the weights of a file.</summary>
internal static class CatalogWeights
{
    public static TNetwork Load<TNetwork>(Func<TNetwork> create, string path, string device, CheckpointOptions options)
        where TNetwork : torch.nn.Module
    {
        torch.Device target = LibTorch.DeviceNamed(device);
        // The file first: a wrong path must not cost gigabytes of random weights.
        using Checkpoint checkpoint = WeightFile.Open(path, options);
        TNetwork network = create();
        try
        {
            StateDict.Load(network, RecognisedWeights.Native(network, checkpoint));
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
