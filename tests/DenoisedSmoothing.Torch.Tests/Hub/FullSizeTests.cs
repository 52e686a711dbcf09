using System.Text.Json;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Hub;
using DenoisedSmoothing.Models;
using DenoisedSmoothing.Presets;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Hub;

/// <summary>Published networks in full size: parameters, names and shapes as the references have them (networks_hub.keys.json).</summary>
public sealed class FullSizeTests : IDisposable
{
    private readonly JsonDocument _full = Golden.Json("networks_hub.keys.json");

    public void Dispose() => _full.Dispose();

    [Fact]
    public void ParameterCount_of_every_catalog_entry_is_the_references()
    {
        foreach (JsonProperty network in _full.RootElement.EnumerateObject().Where(network => !network.Name.StartsWith("transf")))
        {
            string name = network.Name.Split('/')[1];
            NetworkCatalog.Classifiers.Should().ContainKey(name);
            PhotoNetworks.ParameterCount(PhotoClassifiers.All[name].Options).Should().Be(
                (Int128)network.Value.GetProperty("parameters").GetInt64(), name);
        }

        PhotoClassifiers.All.Keys.Should().BeSubsetOf(_full.RootElement.EnumerateObject().Select(network => network.Name.Split('/')[1]));
    }

    [Theory]
    [InlineData("torchvision/resnet50", "resnet50")]
    [InlineData("torchvision/convnext_tiny", "convnext_tiny")]
    [InlineData("torchvision/vit_b_16", "vit_b_16")]
    [InlineData("timm/convnext_tiny", "convnext_tiny")]
    [InlineData("timm/swin_tiny_patch4_window7_224", "swin_tiny_patch4_window7_224")]
    [InlineData("transformers/swin_tiny", "swin_tiny_patch4_window7_224")]
    [InlineData("timm/deit_tiny_distilled_patch16_224", "deit_tiny_distilled_patch16_224")]
    [InlineData("timm/beit_base_patch16_224", "beit_base_patch16_224")]
    public void Names_and_shapes_are_the_catalogs_network(string reference, string name)
    {
        ShapesOnly source = new(_full.RootElement.GetProperty(reference).GetProperty("entries"));
        RecognisedWeights weights = RecognisedWeights.Of(source)!;
        PhotoNetworks.ParameterCount(weights.Options).Should().Be(
            (Int128)_full.RootElement.GetProperty(reference).GetProperty("parameters").GetInt64());
        using nn.Module<Tensor, Tensor> network = NetworkCatalog.Classifiers[name].Create(1000);
        Parity.Keys(network).Should().BeEquivalentTo(
            weights.Weights.Entries.Select(entry => $"{entry.Name}\t{string.Join('x', entry.Shape)}"));
        network.parameters().Sum(parameter => parameter.numel()).Should().Be(
            (long)PhotoNetworks.ParameterCount(weights.Options));
    }

    private sealed class ShapesOnly(JsonElement entries) : ITensorSource
    {
        public string Name => "shapes";

        public IReadOnlyList<TensorEntry> Entries { get; } = [.. entries.EnumerateArray().Select(entry => new TensorEntry(
            entry[0].GetString()!, entry[2].GetString() == "float32" ? ScalarType.Float32 : ScalarType.Int64,
            entry[1].EnumerateArray().Select(size => size.GetInt64())))];

        public Tensor Read(string name) => throw new InvalidOperationException("Nothing is to be read.");
    }
}
