using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Hub;
using DenoisedSmoothing.Models;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Hub;

/// <summary>torchvision's and timm's networks against ours, from their own names to their own logits.</summary>
public class NetworkParityTests
{
    // What names and shapes do not tell of the small networks, which no convention knows.
    private static readonly Dictionary<string, Func<object, object>> s_untold = new()
    {
        ["tv_resnet_basic"] = options => options,
        ["tv_resnet_bottleneck"] = options => options,
        ["tv_resnet_wide"] = options => options,
        ["tv_resnet_grouped"] = options => options,
        ["tv_convnext"] = options => options,
        ["tv_vit"] = options => (VisionTransformerOptions)options with { AttentionHeads = 4, LayerNormEpsilon = 1e-6 },
        ["timm_resnet"] = options => options,
        ["timm_convnext"] = options => options,
        ["timm_convnext_v2"] = options => options,
        ["timm_deit_distilled"] = options => (VisionTransformerOptions)options with { AttentionHeads = 3, LayerNormEpsilon = 1e-6 },
        ["timm_swin"] = options => (SwinOptions)options with { ImageSize = 64 },
        // One window is the whole image.
        ["timm_swin_small_image"] = options => (SwinOptions)options with { ImageSize = 32 },
    };

    public static TheoryData<string> Names => [.. s_untold.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Load_gives_the_references_logits(string name)
    {
        using HubGolden golden = new(name);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        RecognisedWeights weights = RecognisedWeights.Of(new MemoryWeights(golden.Weights()))!;
        nn.Module<Tensor, Tensor> network = RecognisedWeights.Load(s_untold[name](weights.Options), weights.Weights, CPU);
        golden.RelativeError(network.call(golden.Input())).Should().BeLessThan(1e-5);
        network.Dispose();
    }

    [Fact]
    public void Load_of_an_older_timms_swin_is_the_same()
    {
        using HubGolden golden = new("timm_swin");
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        // As microsoft/Swin-Transformer has them: halving at a stage's end, indices and masks among the weights.
        Dictionary<string, Tensor> older = golden.Weights().ToDictionary(
            entry => entry.Key.Replace("head.fc.", "head.", StringComparison.Ordinal)
                .Replace("layers.1.downsample", "layers.0.downsample", StringComparison.Ordinal)
                .Replace("layers.2.downsample", "layers.1.downsample", StringComparison.Ordinal), entry => entry.Value);
        older["layers.0.blocks.1.attn_mask"] = zeros(16, 16, 16);
        older["layers.0.blocks.0.attn.relative_position_index"] = zeros(16, 16, ScalarType.Int64);
        RecognisedWeights weights = RecognisedWeights.Of(new MemoryWeights(older))!;
        using nn.Module<Tensor, Tensor> network =
            RecognisedWeights.Load((SwinOptions)weights.Options with { ImageSize = 64 }, weights.Weights, CPU);
        golden.RelativeError(network.call(golden.Input())).Should().BeLessThan(1e-5);
    }

    [Theory]
    [InlineData("tv_resnet_basic", "layer2.1.conv1.weight")]
    [InlineData("tv_convnext", "features.3.1.layer_scale")]
    [InlineData("tv_vit", "encoder.layers.encoder_layer_1.self_attention.in_proj_bias")]
    [InlineData("timm_swin", "layers.1.downsample.norm.weight")]
    public void Load_without_an_entry_is_refused(string name, string entry)
    {
        using HubGolden golden = new(name);
        LiveTensors.ShouldNotChange(() =>
        {
            using DisposeScope scope = NewDisposeScope();
            Dictionary<string, Tensor> some = golden.Weights();
            some.Remove(entry).Should().BeTrue();
            RecognisedWeights weights = RecognisedWeights.Of(new MemoryWeights(some))!;
            Action act = () => RecognisedWeights.Load(s_untold[name](weights.Options), weights.Weights, CPU);
            act.Should().Throw<CheckpointException>().WithMessage("*memory*");
        });
    }

    [Fact]
    public void Load_of_first_layers_that_claim_more_than_there_is_makes_no_network()
    {
        using HubGolden golden = new("tv_resnet_bottleneck");
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> some = golden.Weights();
        some["layer4.0.conv3.weight"] = zeros(2_000_000, 1, 1, 1); // and so 2 million channels: terabytes of weights
        RecognisedWeights weights = RecognisedWeights.Of(new MemoryWeights(some))!;
        Action act = () => RecognisedWeights.Load(weights.Options, weights.Weights, CPU);
        act.Should().Throw<CheckpointException>().WithMessage("*its first layers are those of a network of *");
    }

    [Fact]
    public void Of_other_weights_is_none()
    {
        using DisposeScope scope = NewDisposeScope();
        RecognisedWeights.Of(new MemoryWeights(new Dictionary<string, Tensor> { ["conv1.weight"] = zeros(16, 3, 3, 3) })).Should().BeNull();
    }
}
