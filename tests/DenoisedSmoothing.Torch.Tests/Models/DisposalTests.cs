using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Models;
using DenoisedSmoothing.Networks;
using DenoisedSmoothing.Schedules;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Models;

/// <summary>Building and disposing leaves nothing: outside of any dispose scope, where nothing picks up what a constructor drops.</summary>
public class DisposalTests
{
    private static readonly DiffusionUNetOptions s_unet = new()
    {
        InChannels = 1, OutChannels = 2, ModelChannels = 32, ChannelMultipliers = [1, 2], ResidualBlocks = 1, AttentionFactors = [2],
    };

    private static readonly UNet2DModelOptions s_diffusers = new()
    {
        DownBlocks = [UNet2DBlockType.Resnet, UNet2DBlockType.Attention], UpBlocks = [UNet2DBlockType.Attention, UNet2DBlockType.Plain],
        BlockChannels = [32, 64], LayersPerBlock = 1,
    };

    private static readonly EdmUNetOptions s_edm = new()
    {
        Resolution = 16, Widths = [16, 32], ModelChannels = 16, NoiseChannels = 16, EmbeddingChannels = 64, Blocks = 1,
    };

    internal static Dictionary<string, Func<nn.Module>> Networks { get; } = new()
    {
        ["Beit"] = () => new Beit(new BeitOptions { EmbedDim = 16, Depth = 2, Heads = 2, ImageSize = 32, ClassCount = 10 }),
        ["Beit, everything"] = () => new Beit(new BeitOptions
        {
            EmbedDim = 16, Depth = 2, Heads = 2, ImageSize = 32, ClassCount = 10, AbsolutePositions = true, SharedRelativePositions =
                true, AveragePool = false,
        }),
        ["VisionTransformer"] = () => new VisionTransformer(new VisionTransformerOptions
        {
            ClassCount = 10, HiddenLayers = 2, HiddenSize = 16, AttentionHeads = 2, IntermediateSize = 32, ImageSize = 32,
        }),
        ["VisionTransformer, distilled"] = () => new VisionTransformer(new VisionTransformerOptions
        {
            ClassCount = 10, HiddenLayers = 2, HiddenSize = 16, AttentionHeads = 2, IntermediateSize = 32, ImageSize = 32, Distillation =
                DistillationToken.Averaged,
        }),
        ["ResNet"] = () => new ResNet(new ResNetOptions
        {
            Depths = [1, 1, 1, 1], Widths = [16, 16, 32, 32], StemWidth = 8, ClassCount = 10,
        }),
        ["ConvNext"] = () => new ConvNext(new ConvNextOptions { Depths = [1, 1], Widths = [8, 16], ClassCount = 10 }),
        ["ConvNext, second version"] = () => new ConvNext(new ConvNextOptions
        {
            Depths = [1, 1], Widths = [8, 16], ClassCount = 10, LayerScale = false, ResponseNormalization = true,
        }),
        ["SwinTransformer"] = () => new SwinTransformer(new SwinOptions
        {
            ImageSize = 32, EmbedDim = 16, Depths = [2, 2], Heads = [2, 4], WindowSize = 3, ClassCount = 10,
        }),
        ["CifarResNet, pad"] = () => new CifarResNet(8, 10, ResNetShortcut.Pad),
        ["CifarResNet, convolution"] = () => new CifarResNet(8, 10, ResNetShortcut.Convolution),
        ["LeNet"] = () => new LeNet(10),
        ["WideResNet"] = () => new WideResNet(10, 1),
        ["DnCnn"] = () => new DnCnn(depth: 4, width: 8),
        ["MemNet"] = () => new MemNet(width: 8, memoryBlocks: 2, residualUnits: 2),
        ["DiffusionUNet, improved"] = () => new DiffusionUNet(s_unet),
        ["DiffusionUNet, guided"] = () => new DiffusionUNet(s_unet with
        {
            ResBlockUpDown = true,
            HeadChannels = 32,
            NewAttentionOrder = true,
        }),
        ["DiffusionUNet, with classes"] = () => new DiffusionUNet(s_unet with
        {
            ClassCount = 10,
            ScaleShiftNorm = false,
            ConvResample = false,
        }),
        ["UNet2DModel"] = () => new UNet2DModel(s_diffusers),
        ["UNet2DModel, fourier"] = () => new UNet2DModel(s_diffusers with { TimeEmbedding = UNet2DTimeEmbedding.Fourier }),
        ["EdmUNet, Song"] = () => new EdmUNet(s_edm),
        ["EdmUNet, Song with all"] = () => new EdmUNet(s_edm with { Fourier = true, ResidualEncoder = true, FilterTaps = 4, Labels = 3 }),
        ["EdmUNet, Dhariwal"] = () => new EdmUNet(s_edm with { Architecture = EdmArchitecture.Dhariwal, Widths = [64, 64] }),
        ["ScoreNetwork"] = () => new ScoreNetwork(new DiffusionUNet(s_unet), .01, 1),
        ["PatchedNetwork"] = () => new PatchedNetwork(new DiffusionUNet(s_unet with { InChannels = 4, OutChannels = 4 }), 2),
    };

    public static TheoryData<string> Names => [.. Networks.Keys];

    [Fact]
    public void Names_cover_every_network()
    {
        IEnumerable<string> types = typeof(Beit).Assembly.GetExportedTypes()
            .Where(type => type.IsSubclassOf(typeof(nn.Module)) && !type.IsAbstract).Select(type => type.Name);
        types.Should().NotBeEmpty().And.BeSubsetOf(Networks.Keys.Select(name => name.Split(',')[0]),
            "a new network is to be listed here");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Dispose_of_a_network_leaves_nothing(string name) => LiveTensors.ShouldNotChange(() => Networks[name]().Dispose());

    [Theory]
    [MemberData(nameof(Names))]
    public void Weights_outlive_the_scope_that_a_network_is_built_in(string name) => LiveTensors.ShouldNotChange(() =>
    {
        nn.Module network;
        using (NewDisposeScope())
            network = Networks[name]();
        using (network)
        using (nn.Module other = Networks[name]())
            network.state_dict().Keys.Should().Equal(other.state_dict().Keys, "TorchSharp leaves disposed weights out");
    });

    [Theory]
    [MemberData(nameof(Names))]
    public void Dispose_of_a_network_moved_to_another_type_leaves_nothing(string name) => LiveTensors.ShouldNotChange(() =>
    {
        nn.Module network = Networks[name]();
        network.to(ScalarType.Float64);
        network.to(ScalarType.Float32);
        network.Dispose();
    });

    [Theory]
    [MemberData(nameof(Names))]
    public void Dispose_of_a_network_in_half_precision_leaves_nothing(string name) =>
        LiveTensors.ShouldNotChange(() => new HalfPrecisionNetwork(Networks[name](), ScalarType.BFloat16).Dispose());

    [Theory]
    [MemberData(nameof(Names))]
    public void Dispose_of_adapters_around_a_used_network_leaves_nothing(string name) => LiveTensors.ShouldNotChange(() =>
    {
        nn.Module network = Networks[name]();
        using Tensor images = network is LeNet ? zeros(2, 1, 28, 28)
            : zeros(2, network is DiffusionUNet or PatchedNetwork or ScoreNetwork ? 1 : 3, 32, 32);
        using IDisposable inference = inference_mode();
        if (network is nn.IModule<Tensor, Tensor, Tensor> diffusion)
        {
            // A class-conditional network cannot denoise: what it throws must leave nothing either.
            using OneShotDenoiser denoiser =
                new(new HalfPrecisionNetwork(network, ScalarType.BFloat16), new CosineSchedule(1000), disposeNetwork: true);
            Action denoise = () => denoiser.Denoise(images, new NoiseContext(0.5)).Dispose();
            if (name.EndsWith("classes", StringComparison.Ordinal))
                denoise.Should().Throw<InvalidOperationException>().WithMessage("*labels*");
            else
                denoise();
        }
        else if (network is DnCnn or MemNet)
        {
            using NetworkDenoiser denoiser = new((nn.Module<Tensor, Tensor>)network, disposeNetwork: true);
            denoiser.Denoise(images, new NoiseContext(0.5)).Dispose();
        }
        else
        {
            Normalization? normalization = network is LeNet ? null : Normalization.ImageNet;
            using ModuleClassifier classifier = new((nn.Module<Tensor, Tensor>)network, 10, normalization, disposeNetwork: true);
            classifier.Classify(images).Dispose();
        }
    });
}
