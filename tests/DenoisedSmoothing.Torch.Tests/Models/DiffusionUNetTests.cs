using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Models;
using DenoisedSmoothing.Schedules;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Models;

/// <summary>
/// Against openai/improved-diffusion and openai/guided-diffusion under the goldens' synthetic weights (improved_diffusion_*,
/// guided_diffusion_*, networks_extra.*).
/// </summary>
public class DiffusionUNetTests
{
    private static readonly DiffusionUNetOptions s_small = new()
    {
        ModelChannels = 32,
        ChannelMultipliers = [1, 2],
        ResidualBlocks = 1,
        AttentionFactors = [2],
        Heads = 4,
        Dropout = 0.3,
    };

    private static readonly DiffusionUNetOptions s_guided = new()
    {
        ModelChannels = 32,
        ChannelMultipliers = [1, 2],
        ResidualBlocks = 1,
        AttentionFactors = [2],
        HeadChannels = 16,
        ResBlockUpDown = true,
    };

    private static readonly Dictionary<string, (DiffusionUNetOptions Options, long[]? Labels)> s_others = new()
    {
        ["guided_new_order"] = (s_guided with
        {
            AttentionFactors = [1, 2], HeadChannels = null, Heads = 4, UpsamplingHeads = 2, ScaleShiftNorm = false, NewAttentionOrder =
                true,
        }, null),
        ["guided_pooled_classes"] = (s_guided with
        {
            ResidualBlocks = 2, AttentionFactors = [4], ChannelMultipliers = [1, 2, 3], HeadChannels = null, Heads = 2, UpsamplingHeads = 4,
            ResBlockUpDown = false, ConvResample = false, ClassCount = 5,
        }, [4, 0]),
        ["guided_half_width"] = (s_guided with
        {
            ModelChannels = 64,
            ChannelMultipliers = [0.5, 1, 1.5],
            HeadChannels = 32,
            NewAttentionOrder = true,
        }, null),
        ["guided_plain_updown"] = (s_guided with { HeadChannels = 64, ScaleShiftNorm = false }, null),
        ["improved_added_time"] = (s_small with
        {
            AttentionFactors = [1, 2],
            Heads = 2,
            UpsamplingHeads = 8,
            ScaleShiftNorm = false,
            ClassCount = 3,
        }, [1, 2]),
    };

    [Fact]
    public void StateDict_small_has_the_references_names_and_shapes()
    {
        using DiffusionUNet network = new(s_small);
        Parity.Keys(network).Should().BeEquivalentTo(Parity.GoldenKeys("improved_diffusion_unet_small.keys.tsv"));
        network.parameters().Sum(parameter => parameter.numel()).Should().Be(757_030);
    }

    [Fact]
    public void Forward_small_equals_the_reference()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        DiffusionUNet network = new(s_small);
        SyntheticWeights.Fill(network);
        network.eval();
        using SafetensorsFile golden = SafetensorsFile.Open(Golden.PathOf("improved_diffusion_unet_small.safetensors"));
        Tensor output = network.call(golden.Read("input"), golden.Read("timesteps"));
        Parity.RelativeError(output, golden.Read("output")).Should().BeLessThan(1e-5);
    }

    [Fact]
    public void StateDict_guided_small_has_the_references_names_and_shapes()
    {
        using DiffusionUNet network = new(s_guided);
        Parity.Keys(network).Should().BeEquivalentTo(Parity.GoldenKeys("guided_diffusion_unet_small.keys.tsv"));
        network.parameters().Sum(parameter => parameter.numel()).Should().Be(828_358);
    }

    [Fact]
    public void Forward_guided_small_equals_the_reference()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        DiffusionUNet network = Parity.Filled(new DiffusionUNet(s_guided));
        using SafetensorsFile golden = SafetensorsFile.Open(Golden.PathOf("guided_diffusion_unet_small.safetensors"));
        Tensor output = network.call(golden.Read("input"), golden.Read("timesteps"));
        Parity.RelativeError(output, golden.Read("output")).Should().BeLessThan(1e-5);
    }

    /// <summary>Settings that no published checkpoint of the paper's has: networks_extra.json tells the reference's arguments.</summary>
    public static TheoryData<string> OtherSettings => new(s_others.Keys);

    [Theory]
    [MemberData(nameof(OtherSettings))]
    public void Forward_other_settings_equal_the_reference(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        (DiffusionUNetOptions options, long[]? labels) = s_others[name];
        DiffusionUNet network = Parity.Filled(new DiffusionUNet(options));
        Tensor x = ExtraGolden.Input(name), timesteps = tensor(new[] { 3.25f, 731f });
        Tensor output = labels is null ? network.call(x, timesteps) : network.forward(x, timesteps, tensor(labels));
        ExtraGolden.RelativeError(name, output).Should().BeLessThan(1e-5);
    }

    /// <summary>The weights alone do not tell how heads are cut: such networks must not pass for the same.</summary>
    [Fact]
    public void GetName_tells_what_the_weights_do_not()
    {
        string[] names =
        [
            .. new[] { s_small, s_small with
            {
                Heads = 8,
            }, s_small with { UpsamplingHeads = 2 }, s_small with { HeadChannels = 8 }, s_small with { NewAttentionOrder = true } }
                .Select(options =>
                {
                    using DiffusionUNet network = new(options);
                    return network.GetName();
                }),
        ];
        names.Should().OnlyHaveUniqueItems();
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void OneShot_papers_imagenet_network_equals_the_reference()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        DiffusionUNet network = new(DiffusionUNetOptions.GuidedDiffusionImageNet256);
        Parity.Keys(network).Should().BeEquivalentTo(Parity.GoldenKeys("guided_diffusion_imagenet256_uncond.keys.tsv"));
        network.parameters().Sum(parameter => parameter.numel()).Should().Be(552_814_086);
        Parity.Filled(network);
        using SafetensorsFile golden = SafetensorsFile.Open(Golden.PathOf("guided_diffusion_imagenet256_uncond.safetensors"));
        Tensor noisy = golden.Read("x_t"), output = network.call(noisy, tensor(new[] { 200f }));
        Parity.RelativeError(output, golden.Read("output")).Should().BeLessThan(1e-4);

        double alphaBar = new LinearSchedule(1000).AlphaBar(200);
        Tensor denoised = noisy.div(Math.Sqrt(alphaBar)).sub(output.narrow(1, 0, 3).mul(Math.Sqrt(1 / alphaBar - 1))).clamp(-1, 1);
        Parity.RelativeError(denoised, golden.Read("pred_xstart")).Should().BeLessThan(1e-4);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void OneShot_paper_network_equals_the_reference()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        DiffusionUNet network = new(DiffusionUNetOptions.ImprovedDiffusionCifar10);
        Parity.Keys(network).Should().BeEquivalentTo(Parity.GoldenKeys("improved_diffusion_cifar10_50m.keys.tsv"));
        network.parameters().Sum(parameter => parameter.numel()).Should().Be(52_546_438);
        SyntheticWeights.Fill(network);
        network.eval();
        using SafetensorsFile golden = SafetensorsFile.Open(Golden.PathOf("improved_diffusion_cifar10_50m.safetensors"));
        CosineSchedule schedule = new(4000);
        foreach (int timestep in new[] { 500, 1500 })
        {
            Tensor noisy = golden.Read($"x_t_{timestep}");
            Tensor epsilon = network.call(noisy, full(2, timestep / 4.0, ScalarType.Float32)).narrow(1, 0, 3);
            Parity.RelativeError(epsilon, golden.Read($"eps_{timestep}")).Should().BeLessThan(1e-5);

            // The denoiser sees pixels: undo the scaling of x_t, and choose the sigma whose t* is this timestep.
            double alphaBar = schedule.AlphaBar(timestep), sigma = Math.Sqrt((1 - alphaBar) / alphaBar) / 2 * (1 - 1e-12);
            OneShotDenoiser denoiser = new(network, schedule, timestepScale: 0.25);
            denoiser.TimestepFor(sigma).Should().Be(timestep);
            Tensor denoised = denoiser.Denoise(noisy.div(Math.Sqrt(alphaBar)).add(1).div(2), new NoiseContext(sigma));
            Parity.RelativeError(denoised.mul(2).sub(1), golden.Read($"pred_xstart_{timestep}")).Should().BeLessThan(1e-4);
        }
    }

    [Fact]
    public void Constructor_norms_start_at_one_and_zero_and_residual_ends_at_zero()
    {
        using DiffusionUNet network = new(s_small);
        using DisposeScope scope = NewDisposeScope();
        foreach ((string name, TorchSharp.Modules.Parameter parameter) in network.named_parameters())
        {
            if (name.Contains("in_layers.0", StringComparison.Ordinal) || name.Contains("out_layers.0", StringComparison.Ordinal)
                || name.Contains("norm", StringComparison.Ordinal))
                parameter.eq(name.EndsWith("weight", StringComparison.Ordinal) ? 1 : 0).all().item<bool>().Should().BeTrue(name);
            if (name.Contains("out_layers.3", StringComparison.Ordinal) || name.Contains("proj_out", StringComparison.Ordinal)
                || name.StartsWith("out.2", StringComparison.Ordinal))
                parameter.eq(0).all().item<bool>().Should().BeTrue(name);
        }
    }

    [Theory]
    [InlineData(3, 15, 16)]
    [InlineData(1, 16, 16)]
    public void Forward_wrong_shape_says_what_it_takes(int channels, int height, int width)
    {
        using DiffusionUNet network = new(s_small);
        using Tensor x = zeros(2, channels, height, width), t = ones(2);
        Action act = () => network.call(x, t);
        act.Should().Throw<ArgumentException>()
            .WithMessage("*DiffusionUNet takes colour images whose height and width are multiples of 2; yours are *");
    }

    [Fact]
    public void Forward_labels_belong_to_class_conditional_networks_alone()
    {
        using DiffusionUNet plain = new(s_small), conditional = new(s_small with { ClassCount = 3 });
        using Tensor x = zeros(2, 3, 16, 16), t = ones(2), labels = zeros(2, ScalarType.Int64), one = zeros(1, ScalarType.Int64);
        FluentActions.Invoking(() => plain.forward(x, t, labels)).Should().Throw<InvalidOperationException>()
            .WithMessage("*takes no labels*");
        FluentActions.Invoking(() => conditional.call(x, t)).Should().Throw<InvalidOperationException>().WithMessage("*needs labels*");
        FluentActions.Invoking(() => conditional.forward(x, t, one)).Should().Throw<ArgumentException>()
            .WithMessage("*One label per row*[2]*[1]*");
    }

    [Theory]
    [MemberData(nameof(OtherSettings))]
    public void Network_leaks_nothing_moves_whole_and_trains(string name)
    {
        DiffusionUNetOptions options = s_others[name].Options;
        Parity.ShouldBehave(() => new AtOneTime(new DiffusionUNet(options)), 2, 3, 16, 16);
    }

    [Fact]
    public void Constructor_heads_count_only_where_there_is_attention()
    {
        // 32 channels could not be cut into heads of 64, and need not be.
        using DiffusionUNet network = new(s_guided with { HeadChannels = 64 });
        FluentActions.Invoking(() => new DiffusionUNet(s_guided with { HeadChannels = 64, AttentionFactors = [1] }))
            .Should().Throw<ArgumentException>().WithMessage("*32 channels*heads of 64*");
        FluentActions.Invoking(() => new DiffusionUNet(s_small with { UpsamplingHeads = 3 }))
            .Should().Throw<ArgumentException>().WithMessage("*64 channels*3 attention heads*");
    }

    [Fact]
    public void Constructor_width_not_a_multiple_of_32_is_refused()
    {
        Action act = () => _ = new DiffusionUNet(s_small with { ModelChannels = 48 });
        act.Should().Throw<ArgumentException>().WithMessage("*multiple of 32*");
    }

    /// <summary>A U-Net as a function of the image alone.</summary>
    private sealed class AtOneTime : nn.Module<Tensor, Tensor>
    {
        private readonly DiffusionUNet network;

        public AtOneTime(DiffusionUNet network) : base(nameof(AtOneTime))
        {
            this.network = network;
            RegisterComponents();
        }

        public override Tensor forward(Tensor x)
        {
            using Tensor timesteps = full(x.shape[0], 100, ScalarType.Float32), labels = zeros(x.shape[0], ScalarType.Int64);
            return network.Options.ClassCount is null ? network.call(x, timesteps) : network.forward(x, timesteps, labels);
        }
    }
}
