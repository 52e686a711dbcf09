using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Models;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Models;

/// <summary>Against timm's Beit under the goldens' synthetic weights (beit_*, networks_extra.*).</summary>
public class BeitTests
{
    private static readonly BeitOptions s_small = new()
    {
        ImageSize = 32,
        PatchSize = 8,
        EmbedDim = 32,
        Depth = 2,
        Heads = 4,
        ClassCount = 11,
    };

    private static readonly Dictionary<string, BeitOptions> s_others = new()
    {
        ["beit_class_token"] = s_small with
        {
            ClassCount = 7, InChannels = 1, AveragePool = false, QkvBias = false, LayerScale = null, AbsolutePositions = true,
            RelativePositions = false, SharedRelativePositions = true,
        },
        ["beit_both_biases"] = s_small with
        {
            ClassCount = 7,
            ImageSize = 24,
            Heads = 2,
            MlpRatio = 2.7,
            LayerScale = 0.1,
            SharedRelativePositions = true,
        },
    };

    /// <summary>Settings that no published checkpoint of the paper's has: networks_extra.json tells the reference's arguments.</summary>
    public static TheoryData<string> OtherSettings => new(s_others.Keys);

    [Fact]
    public void StateDict_small_has_the_references_names_and_shapes()
    {
        using Beit network = new(s_small);
        Parity.Keys(network).Should().BeEquivalentTo(Parity.GoldenKeys("beit_small.keys.tsv"));
        network.parameters().Sum(parameter => parameter.numel()).Should().Be(32_523);
        network.state_dict().Values.Should().OnlyContain(entry => entry.dtype == ScalarType.Float32);
    }

    [Fact]
    public void Forward_small_equals_the_reference()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        Beit network = Parity.Filled(new Beit(s_small));
        using SafetensorsFile golden = SafetensorsFile.Open(Golden.PathOf("beit_small.safetensors"));
        Parity.RelativeError(network.call(golden.Read("input")), golden.Read("logits")).Should().BeLessThan(1e-5);
    }

    [Theory]
    [MemberData(nameof(OtherSettings))]
    public void Forward_other_settings_equal_the_reference(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        Beit network = Parity.Filled(new Beit(s_others[name]));
        ExtraGolden.RelativeError(name, network.call(ExtraGolden.Input(name))).Should().BeLessThan(1e-5);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void Forward_papers_network_equals_the_reference()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        Beit network = new(BeitOptions.Large16Size512);
        Parity.Keys(network).Should().BeEquivalentTo(Parity.GoldenKeys("beit_large_patch16_512.keys.tsv"));
        network.parameters().Sum(parameter => parameter.numel()).Should().Be(305_674_728);
        Parity.Filled(network);
        using SafetensorsFile golden = SafetensorsFile.Open(Golden.PathOf("beit_large_patch16_512.safetensors"));
        Tensor logits = network.call(SyntheticWeights.Input(1000032, [1, 3, 512, 512]));
        Parity.RelativeError(logits, golden.Read("logits")).Should().BeLessThan(1e-4);
    }

    /// <summary>
    /// Four patches of a 2x2 image, by hand: rows 0 to 8 are the offsets (dy, dx) = (-1,-1) to (1,1); 9, 10 and 11 the class token's.
    /// </summary>
    [Fact]
    public void RelativePositionIndex_of_four_patches()
    {
        using Tensor index = Beit.RelativePositionIndex(2, CPU);
        index.shape.Should().Equal(5, 5);
        index.data<long>().ToArray().Should().Equal(
            11, 9, 9, 9, 9,
            10, 4, 3, 1, 0,
            10, 5, 4, 2, 1,
            10, 7, 6, 4, 3,
            10, 8, 7, 5, 4);
    }

    [Fact]
    public void FromTimm_leaves_out_the_indices_of_older_files()
    {
        LiveTensors.ShouldNotChange(() =>
        {
            using Tensor index = zeros(5, 5), bias = zeros(11);
            Dictionary<string, Tensor> kept = Beit.FromTimm(new Dictionary<string, Tensor>
            {
                ["blocks.0.attn.relative_position_index"] = index,
                ["head.bias"] = bias,
            });
            bias.fill_(7);
            using Tensor only = kept.Should().ContainSingle().Which.Value;
            kept.Should().ContainKey("head.bias");
            only.data<float>()[10].Should().Be(7);
        });
    }

    [Fact]
    public void Network_leaks_nothing_moves_whole_and_trains() =>
        Parity.ShouldBehave(() => new Beit(s_small with { AbsolutePositions = true, SharedRelativePositions = true }), 2, 3, 32, 32);

    [Theory]
    [InlineData(1, 32, 32)]
    [InlineData(3, 40, 32)]
    public void Forward_wrong_shape_says_what_it_takes(int channels, int height, int width)
    {
        using Beit network = new(s_small);
        using Tensor x = zeros(2, channels, height, width);
        Action act = () => network.call(x);
        act.Should().Throw<ArgumentException>().WithMessage("*Beit takes colour 32x32 images; yours are *");
    }

    [Fact]
    public void Constructor_sizes_that_do_not_divide_are_refused()
    {
        FluentActions.Invoking(() => new Beit(s_small with
        {
            ImageSize = 30,
        })).Should().Throw<ArgumentException>().WithMessage("*30 is not one of 8*");
        FluentActions.Invoking(() => new Beit(s_small with
        {
            Heads = 5,
        })).Should().Throw<ArgumentException>().WithMessage("*32 channels*5 attention heads*");
        FluentActions.Invoking(() => new Beit(s_small with
        {
            MlpRatio = 0,
        })).Should().Throw<ArgumentException>().WithMessage("*feed-forward*");
    }
}
