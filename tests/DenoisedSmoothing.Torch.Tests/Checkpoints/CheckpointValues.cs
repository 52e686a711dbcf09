using System.Text.Json;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Checkpoints;

/// <summary>Tensors as the JSON of the goldens writes them.</summary>
internal static class CheckpointValues
{
    public static string NameOf(ScalarType type) => type == ScalarType.Byte ? "uint8" : type.ToString().ToLowerInvariant();

    public static double[] Of(Tensor tensor)
    {
        // TorchSharp 0.107's accessor throws on a tensor without elements.
        using var scope = NewDisposeScope();
        Tensor doubles = tensor.detach().to(ScalarType.Float64);
        return doubles.NumberOfElements == 0 ? [] : doubles.data<double>().ToArray();
    }

    public static IEnumerable<double> Expected(JsonElement entry) => entry.GetProperty("values").EnumerateArray()
        .Select(value => value.GetDouble());
}
