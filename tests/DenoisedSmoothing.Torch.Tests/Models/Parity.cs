using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Testing;

/// <summary>Compares networks with the reference implementations' outputs under the goldens' synthetic weights.</summary>
internal static class Parity
{
    /// <summary>||ours - golden|| / ||golden||.</summary>
    public static double RelativeError(Tensor ours, Tensor golden)
    {
        ours.shape.Should().Equal(golden.shape);
        return (ours - golden).norm().item<float>() / golden.norm().item<float>();
    }

    /// <summary>The network's state_dict names and shapes, as the goldens' keys.tsv lists them (name, shape, dtype).</summary>
    public static IEnumerable<string> Keys(nn.Module network) =>
        network.state_dict().Select(entry => $"{entry.Key}\t{string.Join('x', entry.Value.shape)}");

    public static IEnumerable<string> GoldenKeys(string name) =>
        File.ReadLines(Golden.PathOf(name)).Select(line => line.Split('\t')).Select(part => $"{part[0]}\t{part[1]}");
}
