using System.Text.Json;
using DenoisedSmoothing.Training;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Training;

/// <summary>Reads tests/Goldens/training: float64 numbers as nested arrays (see the README there).</summary>
internal static class TrainingGolden
{
    public static JsonElement Read(string file) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Goldens", "training", file))).RootElement.Clone();

    public static Tensor Tensor(this JsonElement nested) => tensor(Flat(nested).ToArray(), Shape(nested));

    public static Tensor Labels(this JsonElement flat) => tensor(flat.EnumerateArray().Select(label => label.GetInt64()).ToArray());

    public static void ShouldBe(this Tensor actual, JsonElement expected, double tolerance)
    {
        using DisposeScope scope = NewDisposeScope();
        actual.shape.Should().Equal(Shape(expected));
        actual.detach().sub(expected.Tensor()).abs().max().item<double>().Should().BeLessThanOrEqualTo(tolerance);
    }

    public static TrainingBatch Batch(Tensor images, Tensor labels, int classes) =>
        new() { Images = images, Labels = labels, ClassCount = classes };

    /// <summary>A linear classifier on flattened images, in float64.</summary>
    public static (nn.Module<Tensor, Tensor> Network, Parameter Weight, Parameter Bias) Linear(JsonElement weight, JsonElement bias)
    {
        long[] shape = Shape(weight);
        Linear linear = nn.Linear(shape[1], shape[0], dtype: ScalarType.Float64);
        using var noGrad = no_grad();
        linear.weight!.copy_(weight.Tensor());
        linear.bias!.copy_(bias.Tensor());
        return (nn.Sequential(("flat", nn.Flatten()), ("linear", linear)), linear.weight!, linear.bias!);
    }

    private static IEnumerable<double> Flat(JsonElement nested) =>
        nested.ValueKind == JsonValueKind.Array ? nested.EnumerateArray().SelectMany(Flat) : [nested.GetDouble()];

    private static long[] Shape(JsonElement nested) =>
        nested.ValueKind == JsonValueKind.Array ? [nested.GetArrayLength(), .. Shape(nested[0])] : [];
}
