using System.Text.Json;
using DenoisedSmoothing.Noise;

namespace DenoisedSmoothing.Tests.Abstractions;

public class ProvenanceTests
{
    [Fact]
    public void Equals_compares_content_of_the_shape_too()
    {
        Provenance one = Of([1, 28, 28]), same = Of(new List<long> { 1, 28, 28 });
        same.Should().Be(one);
        same.GetHashCode().Should().Be(one.GetHashCode());
        Of([1, 28, 29]).Should().NotBe(one);
        (one with { Seed = 8 }).Should().NotBe(one);
    }

    [Fact]
    public void Shape_is_copied()
    {
        long[] shape = [1, 2, 3];
        Provenance provenance = Of(shape);
        shape[0] = 9;
        provenance.ImageShape.Should().Equal(1, 2, 3);
    }

    [Fact]
    public void Json_round_trip_gives_an_equal_record()
    {
        Provenance provenance = Of([1, 28, 28]);
        JsonSerializer.Deserialize<Provenance>(JsonSerializer.Serialize(provenance)).Should().Be(provenance);
    }

    private static Provenance Of(IReadOnlyList<long> shape) => new()
    {
        Seed = 7,
        ImageIndex = 3,
        ImageHash = "00",
        ImageShape = shape,
        DrawnSigma = .25,
        BaseClassifier = "fake",
        Precision = "float32",
        Device = "cpu", Software = "test",
        Batch = 64,
        Noise = GaussianNoise.Version,
    };
}
