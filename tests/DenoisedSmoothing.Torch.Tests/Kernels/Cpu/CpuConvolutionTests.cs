using System.Runtime.Intrinsics;
using DenoisedSmoothing.Kernels;
using DenoisedSmoothing.Kernels.Cpu;
using DenoisedSmoothing.Models;
using DenoisedSmoothing.Sampling;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Kernels.Cpu;

/// <summary>The CPU's own convolution against float64, and its bits against themselves.</summary>
public sealed unsafe class CpuConvolutionTests : Float32Tests
{
    // Whole tiles, ragged ones in each direction, less than one; registers of eight and of sixteen; results that fill no panel, one, and
    // several; and more kernels than are transformed at once.
    public static TheoryData<int, int, int, int, int> Shapes => new()
    {
        { 2, 8, 8, 8, 8 }, { 1, 16, 40, 13, 6 }, { 3, 24, 8, 7, 9 }, { 2, 8, 16, 3, 2 }, { 2, 16, 8, 1, 30 }, { 1, 8, 8, 1, 1 },
        { 1, 128, 128, 16, 16 }, { 1, 384, 256, 8, 5 }, { 5, 48, 80, 10, 10 }, { 1, 1024, 176, 8, 8 }, { 9, 16, 112, 28, 28 },
    };

    [SkippableTheory]
    [MemberData(nameof(Shapes))]
    public void Run_is_the_convolution_of_float64(int n, int from, int to, int height, int width)
    {
        SkipWithoutVectors();
        Tensor x = Random(n, from, height, width) + 0.5, weight = Random(to, from, 3, 3) / Math.Sqrt(9 * from), bias = Random(to);

        Tensor y = CpuConvolution.Run(Laid(x), Laid(weight), bias);

        Tensor exact = Exact(x, weight, bias);
        y.shape.Should().Equal(n, to, height, width);
        KernelCalls.IsChannelsLast(y).Should().BeTrue();
        double error = (y.to_type(ScalarType.Float64) - exact).abs().max().item<double>() / exact.abs().max().item<double>();
        error.Should().BeLessThan(2e-5);
    }

    [SkippableFact]
    public void Run_loses_little_beside_the_plain_convolution()
    {
        SkipWithoutVectors();
        Tensor x = Random(1, 256, 16, 16).relu_(), weight = Random(64, 256, 3, 3) / 48, bias = zeros(64);
        Tensor exact = Exact(x, weight, bias);

        double ours = Error(CpuConvolution.Run(Laid(x), Laid(weight), bias));
        double plain = Error(nn.functional.conv2d(x, weight, bias, padding: [1, 1]));

        plain.Should().BeLessThan(1e-6);
        ours.Should().BeLessThan(3e-6);

        double Error(Tensor y) => ((y.to_type(ScalarType.Float64) - exact).norm() / exact.norm()).item<double>();
    }

    /// <summary>A vote must not depend on its place in the batch, on what is beside it, or on how many threads there are.</summary>
    [SkippableTheory]
    [MemberData(nameof(Shapes))]
    public void Run_gives_an_image_the_same_bits_in_any_batch_by_any_number_of_threads(int n, int from, int to, int height, int width)
    {
        SkipWithoutVectors();
        Tensor x = Laid(Random(n, from, height, width)), weight = Laid(Random(to, from, 3, 3)), bias = Random(to);
        Tensor whole = Run<Lanes8>(x, weight, bias, threads: 1);

        foreach (int threads in (int[])[2, 3, 16])
            Bits(Run<Lanes8>(x, weight, bias, threads)).Should().Equal(Bits(whole), "{0} threads", threads);
        Bits(cat([.. Enumerable.Range(0, n).Select(image => Run<Lanes8>(x.narrow(0, image, 1), weight, bias, threads: 2))]))
            .Should().Equal(Bits(whole));
        if (Vector512.IsHardwareAccelerated && from % 16 == 0 && to % 16 == 0)
            Bits(Run<Lanes16>(x, weight, bias, threads: 2)).Should().Equal(Bits(whole), "registers of another width");
    }

    [SkippableFact]
    public void Run_takes_a_bias_that_is_a_view()
    {
        SkipWithoutVectors();
        Tensor x = Laid(Random(1, 8, 8, 8)), weight = Laid(Random(8, 8, 3, 3)), biases = Random(8, 2), bias = biases.select(1, 1);
        bias.is_contiguous().Should().BeFalse();

        Bits(CpuConvolution.Run(x, weight, bias)).Should().Equal(Bits(CpuConvolution.Run(x, weight, bias.contiguous())));
    }

    [SkippableFact]
    public void Takes_float32_of_three_by_three_where_no_gradient_is_taped()
    {
        SkipWithoutVectors();
        using TorchSharp.Modules.Conv2d layer = ChannelsLast.Conv2d(64, 32, 3, padding: 1), strided = ChannelsLast.Conv2d(64, 32, 3, 2, 1);
        using TorchSharp.Modules.Conv2d silent = ChannelsLast.Conv2d(64, 32, 3, padding: 1, bias: false);
        Tensor x = Laid(Random(2, 64, 32, 32));

        CpuConvolution.Takes(layer, x).Should().BeTrue();
        CpuConvolution.Takes(layer, x.narrow(0, 0, 1)).Should().BeFalse("it has fewer than 2,048 pixels");
        CpuConvolution.Takes(layer, x.contiguous()).Should().BeFalse("it is row-major");
        CpuConvolution.Takes(strided, x).Should().BeFalse();
        CpuConvolution.Takes(silent, x).Should().BeFalse("there is no bias");
        CpuConvolution.Takes(layer, x.to_type(ScalarType.BFloat16)).Should().BeFalse();
        using (CpuKernels.Without())
            CpuConvolution.Takes(layer, x).Should().BeFalse("they are switched off");
        CpuConvolution.Takes(layer, x).Should().BeTrue();
        using (inference_mode(false))
        using (enable_grad())
            CpuConvolution.Takes(layer, x).Should().BeFalse("a gradient may be taped");
    }

    [SkippableFact]
    public void UNet_takes_it_and_gives_what_it_gave()
    {
        SkipWithoutVectors();
        using DiffusionUNet network = new(new DiffusionUNetOptions
        {
            InChannels = 3, OutChannels = 6, ModelChannels = 32, ResidualBlocks = 1, ChannelMultipliers = [1, 2], AttentionFactors = [2],
            Heads = 4, ScaleShiftNorm = true,
        });
        SyntheticWeights.Fill(network);
        network.eval();
        Tensor x = Random(4, 3, 32, 32), timesteps = tensor(new float[] { 3, 250, 900, 10 });
        Tensor plain;
        using (CpuKernels.Without())
            plain = network.call(x, timesteps);

        Tensor own = network.call(x, timesteps);

        Bits(own).Should().NotEqual(Bits(plain), "other sums were taken");
        ((own - plain).norm() / plain.norm()).item<float>().Should().BeLessThan(1e-5f);
        Bits(network.call(x, timesteps)).Should().Equal(Bits(own));
    }

    [SkippableFact]
    public void Certificates_say_when_they_are_not_taken()
    {
        using (CpuKernels.Without())
        {
            DeviceArithmetic.On("float32", [CPU]).Should().Be("float32+plain");
            LibTorch.ArithmeticOn("cpu", "bfloat16+float32").Should().Be("bfloat16+float32+plain");
            LibTorch.ArithmeticOn("cpu", "bfloat16").Should().Be("bfloat16", "it has no convolutions of its own");
        }

        SkipWithoutVectors();
        LibTorch.ArithmeticOn("cpu", "float32").Should().Be("float32");
    }

    private static void SkipWithoutVectors() => Skip.IfNot(CpuKernels.Taken, CpuKernels.WhyNot);

    private static Tensor Run<T>(Tensor x, Tensor weight, Tensor bias, int threads)
        where T : unmanaged, ILanes<T>
    {
        TiledShape shape = new((int)x.size(0), (int)x.size(2), (int)x.size(3), (int)x.size(1), (int)weight.size(0));
        Tensor y = KernelCalls.ImagesLike(x, shape.Results);
        new TiledConvolution<T>(shape, Values(x), Values(weight), Values(bias), Values(y), threads).Run();
        return y;
    }

    private static float* Values(Tensor tensor) => (float*)KernelCalls.Pointer(tensor);

    private static int[] Bits(Tensor values) =>
        [.. values.contiguous().data<float>().ToArray().Select(BitConverter.SingleToInt32Bits)];

    private static Tensor Exact(Tensor x, Tensor weight, Tensor bias) => nn.functional.conv2d(
        x.to_type(ScalarType.Float64), weight.to_type(ScalarType.Float64), bias.to_type(ScalarType.Float64), padding: [1, 1]);

    private static Tensor Laid(Tensor x) => x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
}
