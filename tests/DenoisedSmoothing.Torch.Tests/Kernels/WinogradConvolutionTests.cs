using DenoisedSmoothing.Kernels;
using DenoisedSmoothing.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Kernels;

/// <summary>The transformed convolution against float64, by the emulator: no GPU is needed.</summary>
[Collection(nameof(LibTorch.AllowTf32))]
public sealed class WinogradConvolutionTests : Float32Tests
{
    // Whole tiles, ragged ones in each direction, less than one, one row; few and many channels, more out than in and the reverse.
    [SkippableTheory]
    [InlineData(2, 8, 8, 8, 8)]
    [InlineData(1, 16, 40, 13, 6)]
    [InlineData(3, 24, 8, 7, 9)]
    [InlineData(2, 8, 16, 3, 2)]
    [InlineData(2, 16, 8, 1, 30)]
    [InlineData(1, 8, 8, 1, 1)]
    [InlineData(1, 128, 128, 16, 16)]
    [InlineData(1, 384, 256, 8, 5)]
    public void Run_is_the_convolution_of_float64(int n, int from, int to, int height, int width)
    {
        CpuDriver driver = CpuDriver.OrSkip();
        Tensor x = Images(n, from, height, width) + 0.5, weight = Images(to, from, 3, 3) / Math.Sqrt(9 * from);

        Tensor y = new WinogradConvolution(driver).Run(Laid(x), Laid(weight));

        Tensor exact = nn.functional.conv2d(x.to_type(ScalarType.Float64), weight.to_type(ScalarType.Float64), padding: [1, 1]);
        y.shape.Should().Equal(n, to, height, width);
        KernelCalls.IsChannelsLast(y).Should().BeTrue();
        double scale = exact.abs().max().item<double>();
        double error = (y.to_type(ScalarType.Float64) - exact).abs().max().item<double>() / scale;
        error.Should().BeLessThan(1e-5);
        driver.Launched.Should().Equal("winograd_weights_float32", "winograd_pixels_float32", "winograd_results_float32");
    }

    [SkippableFact]
    public void Run_in_slices_gives_the_same_numbers()
    {
        CpuDriver driver = CpuDriver.OrSkip();
        Tensor x = Laid(Images(6, 16, 9, 6)), weight = Laid(Images(8, 16, 3, 3));
        Tensor whole = new WinogradConvolution(driver).Run(x, weight);
        driver.Launched.Clear();
        // An image of 6 tiles and 24 channels takes 20,736 bytes.
        Tensor slices = new WinogradConvolution(driver, mostBytes: 50_000).Run(x, weight);

        driver.Launched.Count(static kernel => kernel == "winograd_pixels_float32").Should().Be(3);
        slices.allclose(whole, rtol: 1e-6, atol: 1e-6).Should().BeTrue();

        driver.Launched.Clear();
        new WinogradConvolution(driver, mostBytes: 1).Run(x, weight).allclose(whole, rtol: 1e-6, atol: 1e-6).Should().BeTrue();
        driver.Launched.Count(static kernel => kernel == "winograd_pixels_float32").Should().Be(6);
    }

    // Rows round differently in products of different sizes, and a vote must not depend on its place in the batch.
    [Theory]
    [InlineData(6, 3)]
    [InlineData(5, 5)]
    public void Run_cuts_a_batch_in_equal_slices(int n, int slices)
    {
        RecordingDriver driver = new();
        new WinogradConvolution(driver, mostBytes: 50_000).Run(Laid(Images(n, 16, 9, 6)), Laid(Images(8, 16, 3, 3)));

        List<KernelGrid> grids =
            [.. driver.Launched.Where(static launch => launch.Kernel == "winograd_pixels_float32").Select(static launch => launch.Grid)];
        grids.Should().HaveCount(slices);
        grids.Distinct().Should().ContainSingle("all are of one size");
    }

    // Sums of 144 products, and of 36 with larger factors: how much of float32 is left, beside the plain convolution and TF32's 5e-4.
    [SkippableFact]
    public void Run_loses_little_beside_the_plain_convolution()
    {
        CpuDriver driver = CpuDriver.OrSkip();
        Tensor x = Images(1, 256, 16, 16).relu_(), weight = Images(64, 256, 3, 3) / 48;
        Tensor exact = nn.functional.conv2d(x.to_type(ScalarType.Float64), weight.to_type(ScalarType.Float64), padding: [1, 1]);

        double ours = Error(new WinogradConvolution(driver).Run(Laid(x), Laid(weight)));
        double plain = Error(nn.functional.conv2d(x, weight, padding: [1, 1]));

        plain.Should().BeLessThan(1e-6);
        ours.Should().BeLessThan(3e-6);

        double Error(Tensor y) => ((y.to_type(ScalarType.Float64) - exact).norm() / exact.norm()).item<double>();
    }

    [Fact]
    public void Takes_float32_of_three_by_three_with_step_one_where_it_saves_products()
    {
        Takes(4, 32, 32, 16, 24).Should().BeTrue();
        Takes(1, 64, 24, 32, 32).Should().BeTrue();
        Takes(64, 64, 32, 4, 4).Should().BeTrue();
        Takes(21, 64, 32, 7, 7).Should().BeTrue();

        Takes(1, 64, 32, 31, 32).Should().BeFalse("it has fewer than 1,024 pixels");
        Takes(400, 64, 32, 5, 5).Should().BeFalse("a tile of 16 would have 6 of them");
        Takes(4, 24, 32, 16, 16).Should().BeFalse("what is moved costs more than is saved");
        Takes(4, 64, 32, 16, 16, kernel: 1, padding: 0).Should().BeFalse();
        Takes(4, 64, 32, 16, 16, stride: 2).Should().BeFalse();
        Takes(4, 64, 32, 16, 16, padding: 0).Should().BeFalse();
        Takes(4, 36, 64, 16, 16).Should().BeFalse("channels come by eight");
        Takes(4, 64, 36, 16, 16).Should().BeFalse("channels come by eight");
        Takes(4, 64, 32, 16, 16, type: ScalarType.BFloat16).Should().BeFalse("cuDNN is fast there");
        Takes(4, 64, 32, 16, 16, rowMajor: true).Should().BeFalse();
        try
        {
            LibTorch.AllowTf32 = true;
            Takes(4, 64, 32, 16, 16).Should().BeFalse("cuDNN rounds to TF32, and is faster");
        }
        finally
        {
            LibTorch.AllowTf32 = false;
        }
    }

    private bool Takes(
        int n, int from, int to, int height, int width, int kernel = 3, int stride = 1, int padding = 1,
        ScalarType type = ScalarType.Float32, bool rowMajor = false)
    {
        using TorchSharp.Modules.Conv2d layer = ChannelsLast.Conv2d(from, to, kernel, stride, padding);
        layer.to(type);
        Tensor x = Images(n, from, height, width).to_type(type);
        return WinogradConvolution.Takes(layer, rowMajor ? x : Laid(x));
    }

    private Tensor Images(long n, long channels, long height, long width) => Random(n, channels, height, width);

    private static Tensor Laid(Tensor x) => x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
}
