using DenoisedSmoothing.Models;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Models;

/// <summary>
/// What ResNet, ConvNeXt, Swin and DeiT owe besides the references' logits, which NetworkParityTests and PretrainedModelTests compare.
/// </summary>
public class PhotoNetworkTests
{
    private static readonly ResNetOptions s_resNet = new()
    {
        Depths = [1, 2, 1, 1], Widths = [16, 16, 32, 32], StemWidth = 8, Groups = 2, ClassCount = 7,
    };

    private static readonly ConvNextOptions s_convNext = new()
    {
        Depths = [1, 2], Widths = [8, 16], ClassCount = 7, ResponseNormalization = true,
    };

    private static readonly SwinOptions s_swin = new()
    {
        ImageSize = 32, EmbedDim = 16, Depths = [2, 2], Heads = [2, 4], WindowSize = 3, ClassCount = 7,
    };

    private static readonly VisionTransformerOptions s_deit = new()
    {
        ImageSize = 32, PatchSize = 8, HiddenSize = 32, HiddenLayers = 2, AttentionHeads = 4, IntermediateSize = 64, ClassCount = 7,
        Distillation = DistillationToken.Averaged,
    };

    [Fact]
    public void ResNet_leaks_nothing_moves_whole_and_trains() => Parity.ShouldBehave(() => new ResNet(s_resNet), 2, 3, 40, 48);

    [Fact]
    public void ConvNext_leaks_nothing_moves_whole_and_trains() => Parity.ShouldBehave(() => new ConvNext(s_convNext), 2, 3, 32, 40);

    [Fact]
    public void Swin_leaks_nothing_moves_whole_and_trains() => Parity.ShouldBehave(() => new SwinTransformer(s_swin), 2, 3, 32, 32);

    [Fact]
    public void Deit_leaks_nothing_moves_whole_and_trains() => Parity.ShouldBehave(() => new VisionTransformer(s_deit), 2, 3, 32, 32);

    [Fact]
    public void ParameterCount_is_what_the_networks_have()
    {
        Check(new ResNet(s_resNet), s_resNet.ParameterCount);
        Check(new ResNet(s_resNet with { Bottleneck = false, Groups = 1, DownsampleInFirstStage = true, Widths = [8, 16, 32, 32] }),
            (s_resNet with { Bottleneck = false, Groups = 1, DownsampleInFirstStage = true, Widths = [8, 16, 32, 32] }).ParameterCount);
        Check(new ConvNext(s_convNext), s_convNext.ParameterCount);
        Check(new SwinTransformer(s_swin), s_swin.ParameterCount);
        Check(new VisionTransformer(s_deit), s_deit.ParameterCount);

        static void Check(nn.Module<Tensor, Tensor> network, Int128 count)
        {
            using (network)
                network.parameters().Sum(parameter => parameter.numel()).Should().Be((long)count);
        }
    }

    [Fact]
    public void Rows_do_not_depend_on_one_another()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        foreach (nn.Module<Tensor, Tensor> network in (nn.Module<Tensor, Tensor>[])
            [new ResNet(s_resNet), new ConvNext(s_convNext), new SwinTransformer(s_swin), new VisionTransformer(s_deit)])
        {
            using nn.Module<Tensor, Tensor> filled = Parity.Filled(network);
            Tensor x = SyntheticWeights.Input(5, [3, 3, 32, 32]), all = filled.call(x), last = filled.call(x.narrow(0, 2, 1));
            Parity.RelativeError(last, all.narrow(0, 2, 1)).Should().BeLessThan(1e-5);
        }
    }

    [Fact]
    public void Swin_window_of_the_whole_image_is_not_shifted() => (s_swin with { WindowSize = 9 }).Window(0).Should().Be((8, 0));

    [Fact]
    public void Constructors_refuse_what_does_not_fit()
    {
        FluentActions.Invoking(() => new ResNet(s_resNet with { Depths = [1, 1, 1] })).Should().Throw<ArgumentException>()
            .WithMessage("*four stages*got 3 depths*");
        FluentActions.Invoking(() => new ResNet(s_resNet with { Groups = 3 })).Should().Throw<ArgumentException>()
            .WithMessage("*4 times narrower in 3 groups*");
        FluentActions.Invoking(() => new ConvNext(s_convNext with { Widths = [8] })).Should().Throw<ArgumentException>()
            .WithMessage("*2 depths and 1 widths*");
        FluentActions.Invoking(() => new SwinTransformer(s_swin with { ImageSize = 30 })).Should().Throw<ArgumentException>()
            .WithMessage("*30 is not one of 4*");
        FluentActions.Invoking(() => new SwinTransformer(s_swin with { Heads = [2, 5] })).Should().Throw<ArgumentException>()
            .WithMessage("*32 channels*5 attention heads*");
    }

    [Fact]
    public void Forward_of_a_small_image_says_what_it_takes()
    {
        using ConvNext network = new(s_convNext);
        using Tensor x = zeros(1, 3, 4, 32);
        FluentActions.Invoking(() => network.call(x)).Should().Throw<ArgumentException>().WithMessage("*at least 8x8; yours are 4x32*");
    }
}
