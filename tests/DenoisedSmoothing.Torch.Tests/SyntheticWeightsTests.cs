using System.Text.Json;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests;

/// <summary>The formula against numbers that the reference side made with it (PyTorch, float32), compared bit for bit.</summary>
public class SyntheticWeightsTests
{
    [Fact]
    public void Fill_gives_the_reference_values_and_keeps_integer_entries()
    {
        using var scope = NewDisposeScope();
        using var module = nn.Sequential(("conv", nn.Conv2d(3, 4, 3)), ("bn", nn.BatchNorm2d(4)));

        SyntheticWeights.Fill(module);

        // checkpoints/expected.json holds such a module, saved by the reference with the same formula.
        using JsonDocument json = Golden.Json("checkpoints/expected.json");
        JsonElement expected = json.RootElement.GetProperty("module_state_dict");
        Dictionary<string, Tensor> state = module.state_dict();
        state.Keys.Should().BeEquivalentTo(expected.EnumerateObject().Select(entry => entry.Name));
        foreach (var (name, entry) in state.Where(pair => pair.Value.is_floating_point()))
        {
            float[] values = [.. expected.GetProperty(name).GetProperty("values").EnumerateArray()
                .Select(value => (float)value.GetDouble())];
            entry.detach().flatten().data<float>().ToArray().Should().Equal(values, name);
        }

        state["bn.num_batches_tracked"].item<long>().Should().Be(0);
    }

    [Fact]
    public void Input_is_the_reference_input()
    {
        // dncnn17.safetensors begins with the input tagged 1000041, uniform in [0, 1).
        byte[] file = File.ReadAllBytes(Golden.PathOf("dncnn17.safetensors"));
        int start = 8 + (int)BitConverter.ToInt64(file);
        float[] expected = new float[2 * 3 * 16 * 16];
        Buffer.BlockCopy(file, start, expected, 0, expected.Length * sizeof(float));

        using Tensor input = SyntheticWeights.Input(1000041, [2, 3, 16, 16], 0, 1);

        input.data<float>().ToArray().Should().Equal(expected);
    }
}
