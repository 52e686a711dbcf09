using DenoisedSmoothing.Kernels;
using DenoisedSmoothing.Models;
using DenoisedSmoothing.Testing;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Models;

/// <summary>Norms that are a part of the convolution before them, against the two one after the other.</summary>
public sealed class NormedConvolutionTests : IDisposable
{
    // Its own: libtorch's is the process's, and tests beside these draw from it.
    private static readonly Generator s_random = new(11, CPU);

    private readonly DisposeScope _scope = NewDisposeScope();

    private static readonly Dictionary<string, (Func<nn.Module<Tensor, Tensor>> Make, int Side)> s_networks = new()
    {
        ["DnCNN"] = (static () => new DnCnn(3, depth: 5, width: 32), 64),
        ["MemNet"] = (static () => new MemNet(3, width: 32, memoryBlocks: 2, residualUnits: 2), 64),
        ["ResNet of CIFAR, padded shortcut"] = (static () => new CifarResNet(8, 10, ResNetShortcut.Pad), 64),
        ["ResNet of CIFAR, convolved shortcut"] = (static () => new CifarResNet(14, 10, ResNetShortcut.Convolution), 64),
        ["wide ResNet"] = (static () => new WideResNet(10, 4), 64),
    };

    public static TheoryData<string> Networks { get; } = [.. s_networks.Keys];

    public void Dispose() => _scope.Dispose();

    // Channels, results, kernel, stride, groups, bias, norm, ReLU.
    [SkippableTheory]
    [InlineData(3, 16, 3, 1, 1, false, true, true)]
    [InlineData(3, 16, 3, 1, 1, true, true, false)]
    [InlineData(3, 16, 7, 2, 1, false, true, true)]
    [InlineData(32, 32, 3, 1, 1, false, true, true)]
    [InlineData(32, 32, 3, 1, 1, false, false, false)]
    [InlineData(32, 32, 3, 1, 1, true, false, true)]
    [InlineData(32, 24, 1, 1, 1, false, true, false)]
    [InlineData(32, 64, 1, 2, 1, false, true, false)]
    [InlineData(32, 32, 3, 1, 4, false, true, true)]
    public void Run_is_convolution_norm_and_ReLU(
        int channels, int results, int kernel, int stride, int groups, bool biased, bool normed, bool relu)
    {
        SkipWithoutKernels();
        using IDisposable inference = inference_mode();
        using Conv2d layer = nn.Conv2d(channels, results, kernel, stride: stride, padding: kernel / 2, groups: groups, bias: biased);
        using BatchNorm2d norm = nn.BatchNorm2d(results);
        Stir(layer);
        Stir(norm);
        norm.eval();
        Tensor x = randn([4, channels, 64, 64], generator: s_random);
        if (kernel == 1)
            x = x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2); // a kernel of one pixel has no layout to pass on

        Tensor y = NormedConvolution.Run(layer, normed ? norm : null, x, relu);

        Tensor expected = normed ? norm.call(layer.call(x)) : layer.call(x);
        expected = relu ? expected.relu() : expected;
        y.shape.Should().Equal(expected.shape);
        Error(y, expected).Should().BeLessThan(1e-5);
        KernelCalls.IsChannelsLast(y).Should().BeTrue("what follows wants it so");
    }

    [SkippableTheory]
    [MemberData(nameof(Networks))]
    public void Forward_of_a_large_batch_is_that_by_plain_operations_and_leaks_nothing(string name)
    {
        SkipWithoutKernels();
        (Func<nn.Module<Tensor, Tensor>> make, int side) = s_networks[name];
        using nn.Module<Tensor, Tensor> network = make();
        foreach (nn.Module layer in network.modules())
            Stir(layer);
        network.eval();
        using IDisposable inference = inference_mode();
        Tensor x = randn([NormedConvolution.FewestPixels / (side * side), 3, side, side], generator: s_random);

        Tensor own = network.call(x), plain;
        using (CpuKernels.Without())
            plain = network.call(x);

        double error = Error(own, plain);
        error.Should().BeInRange(1e-9, 1e-4, "the sums are others");
        LiveTensors.ShouldNotChange(() => network.call(x).Dispose());
    }

    [Fact]
    public void Run_where_gradients_are_taped_or_statistics_learned_or_in_other_types_is_plain()
    {
        using Conv2d layer = nn.Conv2d(32, 32, 3, padding: 1);
        using BatchNorm2d norm = nn.BatchNorm2d(32);
        Stir(norm);
        Tensor x = randn([4, 32, 64, 64], generator: s_random);
        norm.eval();
        NormedConvolution.Run(layer, norm, x, relu: true).requires_grad.Should().BeTrue();

        using IDisposable guard = no_grad();
        norm.train();
        Tensor before = norm.running_mean!.clone();
        Tensor learned = NormedConvolution.Run(layer, norm, x, relu: false);
        learned.mean([0, 2, 3]).sub(norm.bias!).abs().max().item<float>().Should().BeLessThan(1e-4f, "it is normed by its own moments");
        norm.running_mean!.eq(before).all().item<bool>().Should().BeFalse();

        norm.eval();
        layer.to(ScalarType.Float64);
        norm.to(ScalarType.Float64);
        Tensor wide = x.to_type(ScalarType.Float64);
        NormedConvolution.Run(layer, norm, wide, relu: false).eq(norm.call(layer.call(wide))).all().item<bool>().Should().BeTrue();
    }

    // Certificates say float32+plain then.
    [Fact]
    public void Run_without_the_kernels_is_plain()
    {
        using IDisposable inference = inference_mode(), without = CpuKernels.Without();
        using Conv2d layer = nn.Conv2d(3, 16, 3, padding: 1);
        using BatchNorm2d norm = nn.BatchNorm2d(16);
        Stir(norm);
        norm.eval();
        Tensor x = randn([4, 3, 64, 64], generator: s_random);
        NormedConvolution.Run(layer, norm, x, relu: false).eq(norm.call(layer.call(x))).all().item<bool>().Should().BeTrue();
    }

    [Fact]
    public void Run_of_a_small_batch_is_plain()
    {
        using IDisposable inference = inference_mode();
        using Conv2d layer = nn.Conv2d(3, 16, 3, padding: 1);
        using BatchNorm2d norm = nn.BatchNorm2d(16);
        norm.eval();
        Tensor x = randn([1, 3, 64, 64], generator: s_random), y = NormedConvolution.Run(layer, norm, x, relu: false);
        y.is_contiguous().Should().BeTrue();
        y.eq(norm.call(layer.call(x))).all().item<bool>().Should().BeTrue();
    }

    private static void SkipWithoutKernels() => Skip.IfNot(CpuKernels.Taken, CpuKernels.WhyNot);

    // Fresh norms do nothing, and zeroed layers hide what is before them.
    private static void Stir(nn.Module module)
    {
        using IDisposable guard = no_grad();
        if (module is BatchNorm2d norm)
        {
            norm.running_mean!.copy_(randn(norm.running_mean.shape, generator: s_random) * .3);
            norm.running_var!.copy_(rand(norm.running_var.shape, generator: s_random) + .5);
            norm.weight!.copy_(rand(norm.weight.shape, generator: s_random) + .5);
            norm.bias!.copy_(randn(norm.bias.shape, generator: s_random) * .3);
        }
        else if (module is Conv2d layer)
        {
            double scale = Math.Sqrt(2.0 / (layer.weight!.numel() / layer.weight.size(0)));
            layer.weight!.copy_(randn(layer.weight.shape, generator: s_random) * scale);
            layer.bias?.copy_(randn(layer.bias.shape, generator: s_random) * .3);
        }
    }

    private static double Error(Tensor own, Tensor plain) => ((own - plain).norm() / plain.norm()).item<float>();
}
