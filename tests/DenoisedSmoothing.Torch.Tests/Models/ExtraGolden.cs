using System.Text.Json;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Testing;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Models;

/// <summary>
/// Small networks with settings that the other goldens leave out (networks_extra.*, made by networks_extra.py with the reference
/// implementations).
/// </summary>
internal static class ExtraGolden
{
    /// <summary>The input that the reference was given.</summary>
    public static Tensor Input(string name)
    {
        using JsonDocument told = Golden.Json("networks_extra.json");
        JsonElement entry = told.RootElement.GetProperty(name);
        long[] shape = [.. entry.GetProperty("input_shape").EnumerateArray().Select(size => size.GetInt64())];
        return SyntheticWeights.Input(entry.GetProperty("input_tag").GetUInt32(), shape, entry.GetProperty("input_from").GetDouble(), 1);
    }

    /// <summary>||ours - golden|| / ||golden||.</summary>
    public static double RelativeError(string name, Tensor ours)
    {
        using SafetensorsFile file = SafetensorsFile.Open(Golden.PathOf("networks_extra.safetensors"));
        using Tensor golden = file.Read(name);
        return Parity.RelativeError(ours, golden);
    }
}
