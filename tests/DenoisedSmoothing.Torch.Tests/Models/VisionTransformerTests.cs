using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Models;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Models;

/// <summary>
/// Against timm's VisionTransformer under the goldens' synthetic weights, with Hugging Face's names (vit_*) and with its own
/// (networks_extra.*).
/// </summary>
public class VisionTransformerTests
{
    private static readonly VisionTransformerOptions s_small = new()
    {
        ImageSize = 32,
        PatchSize = 8,
        HiddenSize = 32,
        HiddenLayers = 2,
        AttentionHeads = 4,
        IntermediateSize = 64,
        ClassCount = 10,
    };

    [Fact]
    public void StateDict_small_has_the_references_names_and_shapes()
    {
        using VisionTransformer network = new(s_small);
        Parity.Keys(network).Should().BeEquivalentTo(Parity.GoldenKeys("vit_hf_small.keys.tsv"));
        network.parameters().Sum(parameter => parameter.numel()).Should().Be(24_234);
    }

    [Fact]
    public void Forward_small_equals_the_reference()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        VisionTransformer network = Parity.Filled(new VisionTransformer(s_small));
        using SafetensorsFile golden = SafetensorsFile.Open(Golden.PathOf("vit_hf_small.safetensors"));
        Tensor logits = network.call(SyntheticWeights.Input(1000021, [1, 3, 32, 32]));
        Parity.RelativeError(logits, golden.Read("logits")).Should().BeLessThan(1e-5);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void Forward_papers_network_equals_the_reference()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        VisionTransformer network = new(VisionTransformerOptions.Base16Cifar10);
        Parity.Keys(network).Should().BeEquivalentTo(Parity.GoldenKeys("vit_b16_224_hf_cifar10.keys.tsv"));
        network.parameters().Sum(parameter => parameter.numel()).Should().Be(85_806_346);
        Parity.Filled(network);
        using SafetensorsFile golden = SafetensorsFile.Open(Golden.PathOf("vit_b16_224_hf_cifar10.safetensors"));
        Tensor logits = network.call(SyntheticWeights.Input(1000022, [1, 3, 224, 224]));
        Parity.RelativeError(logits, golden.Read("logits")).Should().BeLessThan(1e-4);
    }

    [Fact]
    public void FromTimm_equals_timm()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        Dictionary<string, Tensor> timm = Timm();
        SyntheticWeights.Fill(timm);
        VisionTransformer network = new(s_small with { ClassCount = 7, LayerNormEpsilon = 1e-6 });
        network.eval();
        StateDict.Load(network, VisionTransformer.FromTimm(timm));
        ExtraGolden.RelativeError("vit_timm_small", network.call(ExtraGolden.Input("vit_timm_small"))).Should().BeLessThan(1e-5);
    }

    [Fact]
    public void FromTimm_gives_handles_of_its_own_on_the_same_memory()
    {
        LiveTensors.ShouldNotChange(() =>
        {
            Dictionary<string, Tensor> timm = Timm();
            Dictionary<string, Tensor> renamed = VisionTransformer.FromTimm(timm);
            timm["norm.bias"].fill_(7);
            foreach (Tensor tensor in timm.Values)
                tensor.Dispose();
            renamed["vit.layernorm.bias"].data<float>()[31].Should().Be(7);
            renamed.Keys.Should().BeEquivalentTo(Parity.GoldenKeys("vit_hf_small.keys.tsv").Select(line => line.Split('\t')[0]));
            foreach (Tensor tensor in renamed.Values)
                tensor.Dispose();
        });
    }

    [Theory]
    [InlineData("blocks.0.ls1.gamma")]
    [InlineData("fc_norm.weight")]
    [InlineData("blocks.x.norm1.weight")]
    public void FromTimm_another_kind_of_network_is_refused(string name)
    {
        LiveTensors.ShouldNotChange(() =>
        {
            Dictionary<string, Tensor> timm = Timm();
            timm.Add(name, zeros(32));
            Action act = () => VisionTransformer.FromTimm(timm);
            act.Should().Throw<CheckpointException>().WithMessage($"*'{name}' does not belong to a plain timm ViT*");
            foreach (Tensor tensor in timm.Values)
                tensor.Dispose();
        });
    }

    [Fact]
    public void Network_leaks_nothing_moves_whole_and_trains() => Parity.ShouldBehave(() => new VisionTransformer(s_small with
    {
        QkvBias = false,
    }), 2, 3, 32, 32);

    [Theory]
    [InlineData(1, 32, 32)]
    [InlineData(3, 32, 40)]
    public void Forward_wrong_shape_says_what_it_takes(int channels, int height, int width)
    {
        using VisionTransformer network = new(s_small);
        using Tensor x = zeros(2, channels, height, width);
        Action act = () => network.call(x);
        act.Should().Throw<ArgumentException>().WithMessage("*VisionTransformer takes colour 32x32 images; yours are *");
    }

    [Fact]
    public void Constructor_sizes_that_do_not_divide_are_refused()
    {
        FluentActions.Invoking(() => new VisionTransformer(s_small with
        {
            ImageSize = 30,
        })).Should().Throw<ArgumentException>().WithMessage("*30 is not one of 8*");
        FluentActions.Invoking(() => new VisionTransformer(s_small with
        {
            AttentionHeads = 5,
        })).Should().Throw<ArgumentException>().WithMessage("*32 channels*5 attention heads*");
        FluentActions.Invoking(() => new VisionTransformer(s_small with
        {
            LayerNormEpsilon = double.NaN,
        })).Should().Throw<ArgumentException>().WithMessage("*epsilon*");
    }

    private static Dictionary<string, Tensor> Timm() => Parity.GoldenKeys("vit_timm_small.keys.tsv").Select(line => line.Split('\t'))
        .ToDictionary(part => part[0], part => zeros([.. part[1].Split('x').Select(long.Parse)]));
}
