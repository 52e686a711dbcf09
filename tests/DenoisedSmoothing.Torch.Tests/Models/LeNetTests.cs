using DenoisedSmoothing.Models;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Models;

public class LeNetTests
{
    /// <summary>The number of parameters that the published tables name, and the state_dict of archs/lenet.py (CAT-RS).</summary>
    [Fact]
    public void StateDict_has_the_references_names_and_431080_numbers()
    {
        using LeNet network = new(10);

        Parity.Keys(network).Should().BeEquivalentTo(
            "conv1.weight\t20x1x5x5", "conv1.bias\t20", "conv2.weight\t50x20x5x5", "conv2.bias\t50",
            "fc1.weight\t500x800", "fc1.bias\t500", "fc2.weight\t10x500", "fc2.bias\t10");
        network.parameters().Sum(parameter => parameter.numel()).Should().Be(431_080);
    }

    /// <summary>Against the reference's order (convolution, ReLU, then pooling), summed by hand in float64.</summary>
    [Fact]
    public void Forward_equals_the_sums_by_hand()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        LeNet network = Parity.Filled(new LeNet(10));
        Tensor input = SyntheticWeights.Input(1, [2, 1, 28, 28], 0);

        float[] actual = network.call(input).data<float>().ToArray();

        Dictionary<string, double[]> weights = network.state_dict().ToDictionary(pair => pair.Key,
            pair => pair.Value.to(ScalarType.Float64).data<double>().ToArray());
        double[] pixels = input.to(ScalarType.Float64).data<double>().ToArray();
        double[] expected = [.. pixels.Chunk(28 * 28).SelectMany(image =>
        {
            double[] h = Pool(Relu(Convolve(image, 1, 28, weights["conv1.weight"], weights["conv1.bias"])), 20, 24);
            h = Pool(Relu(Convolve(h, 20, 12, weights["conv2.weight"], weights["conv2.bias"])), 50, 8);
            h = Relu(Apply(h, weights["fc1.weight"], weights["fc1.bias"]));
            return Apply(h, weights["fc2.weight"], weights["fc2.bias"]);
        })];
        double largest = expected.Max(Math.Abs);
        actual.Should().HaveSameCount(expected);
        actual.Zip(expected, (a, e) => Math.Abs(a - e) / largest).Max().Should().BeLessThan(1e-5);
        largest.Should().BeGreaterThan(0);
    }

    [Fact]
    public void Network_leaves_nothing_and_trains() => Parity.ShouldBehave(() => new LeNet(10), 2, 1, 28, 28);

    [Fact]
    public void Forward_of_other_images_speaks_of_images()
    {
        using DisposeScope scope = NewDisposeScope();
        LeNet network = new(10);

        FluentActions.Invoking(() => network.call(zeros(1, 3, 32, 32))).Should().Throw<ArgumentException>()
            .WithMessage("*grey 28x28 images*3x32x32*");
    }

    private static double[] Convolve(double[] x, int channels, int side, double[] weight, double[] bias)
    {
        int wanted = side - 4;
        double[] y = new double[bias.Length * wanted * wanted];
        for (int o = 0; o < bias.Length; o++)
        {
            for (int i = 0; i < wanted * wanted; i++)
            {
                double sum = bias[o];
                for (int c = 0; c < channels; c++)
                {
                    for (int k = 0; k < 25; k++)
                    {
                        sum += weight[(((o * channels) + c) * 25) + k]
                            * x[(c * side * side) + (((i / wanted) + (k / 5)) * side) + (i % wanted) + (k % 5)];
                    }
                }

                y[(o * wanted * wanted) + i] = sum;
            }
        }

        return y;
    }

    private static double[] Pool(double[] x, int channels, int side) =>
        [.. from c in Enumerable.Range(0, channels)
            from row in Enumerable.Range(0, side / 2)
            from column in Enumerable.Range(0, side / 2)
            let at = (c * side * side) + (2 * row * side) + (2 * column)
            select Math.Max(Math.Max(x[at], x[at + 1]), Math.Max(x[at + side], x[at + side + 1]))];

    private static double[] Apply(double[] x, double[] weight, double[] bias) =>
        [.. bias.Select((b, o) => b + x.Select((value, i) => value * weight[(o * x.Length) + i]).Sum())];

    private static double[] Relu(double[] x) => [.. x.Select(value => Math.Max(0, value))];
}
