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
        using DisposeScope scope = NewDisposeScope();
        return (ours - golden).norm().item<float>() / golden.norm().item<float>();
    }

    /// <summary>The network's state_dict names and shapes, as the goldens' keys.tsv lists them (name, shape, dtype).</summary>
    public static IEnumerable<string> Keys(nn.Module network) =>
        network.state_dict().Select(entry => $"{entry.Key}\t{string.Join('x', entry.Value.shape)}");

    public static IEnumerable<string> GoldenKeys(string name) =>
        File.ReadLines(Golden.PathOf(name)).Select(line => line.Split('\t')).Select(part => $"{part[0]}\t{part[1]}");

    /// <summary>The module with the goldens' synthetic weights, in evaluation mode.</summary>
    public static T Filled<T>(T module)
        where T : nn.Module
    {
        SyntheticWeights.Fill(module);
        module.eval();
        return module;
    }

    /// <summary>
    /// What every network owes: nothing leaks, what it is built in may end before it does, and it moves to another type whole.
    /// </summary>
    /// <param name="build">Makes the network.</param>
    /// <param name="shape">An input's shape.</param>
    public static void ShouldBehave(Func<nn.Module<Tensor, Tensor>> build, params long[] shape)
    {
        LiveTensors.ShouldNotChange(() =>
        {
            nn.Module<Tensor, Tensor> network;
            using (NewDisposeScope())
                network = Filled(build());
            using (network)
            using (inference_mode())
            {
                long before = LiveTensors.Count;
                using Tensor x = SyntheticWeights.Input(1, shape, 0);
                Tensor single = network.call(x);
                LiveTensors.Count.Should().Be(before + 2, "a forward pass leaves its result alone");
                using Tensor wide = x.to_type(ScalarType.Float64);
                string[] keys = [.. Keys(network)];
                network.to(ScalarType.Float64);
                Keys(network).Should().Equal(keys);
                using Tensor exact = network.call(wide);
                exact.dtype.Should().Be(ScalarType.Float64);
                using Tensor rounded = exact.to_type(ScalarType.Float32);
                RelativeError(single, rounded).Should().BeLessThan(1e-5);
                single.Dispose();
            }
        });
        ShouldTrain(build, shape);
    }

    /// <summary>Every parameter gets a gradient: what is written in place is nothing that the backward pass needs.</summary>
    private static void ShouldTrain(Func<nn.Module<Tensor, Tensor>> build, long[] shape)
    {
        using DisposeScope scope = NewDisposeScope();
        nn.Module<Tensor, Tensor> network = build();
        SyntheticWeights.Fill(network);
        network.train();
        network.call(SyntheticWeights.Input(1, shape, 0)).square().sum().backward();
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in network.named_parameters())
            parameter.grad.Should().NotBeNull(name);
    }
}
