using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Models;

/// <summary>Against openai/improved-diffusion under the goldens' synthetic weights (improved_diffusion_*.safetensors).</summary>
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
            if (name.Contains("in_layers.0", StringComparison.Ordinal) || name.Contains("out_layers.0", StringComparison.Ordinal) || name.Contains("norm", StringComparison.Ordinal))
                parameter.eq(name.EndsWith("weight", StringComparison.Ordinal) ? 1 : 0).all().item<bool>().Should().BeTrue(name);
            if (name.Contains("out_layers.3", StringComparison.Ordinal) || name.Contains("proj_out", StringComparison.Ordinal) || name.StartsWith("out.2", StringComparison.Ordinal))
                parameter.eq(0).all().item<bool>().Should().BeTrue(name);
        }
    }

    [Fact]
    public void Forward_leaves_no_tensor_behind()
    {
        using DiffusionUNet network = new(s_small);
        network.eval();
        LiveTensors.ShouldNotChange(() =>
        {
            using IDisposable inference = inference_mode();
            using Tensor x = zeros(2, 3, 16, 16), t = ones(2);
            network.call(x, t).Dispose();
        });
    }

    [Theory]
    [InlineData(3, 15, 16)]
    [InlineData(1, 16, 16)]
    public void Forward_wrong_shape_says_what_it_takes(int channels, int height, int width)
    {
        using DiffusionUNet network = new(s_small);
        using Tensor x = zeros(2, channels, height, width), t = ones(2);
        Action act = () => network.call(x, t);
        act.Should().Throw<ArgumentException>().WithMessage("*takes [N,3,H,W] with H and W divisible by 2*");
    }

    [Fact]
    public void Constructor_width_not_a_multiple_of_32_is_refused()
    {
        Action act = () => _ = new DiffusionUNet(s_small with { ModelChannels = 48 });
        act.Should().Throw<ArgumentException>().WithMessage("*multiple of 32*");
    }
}
