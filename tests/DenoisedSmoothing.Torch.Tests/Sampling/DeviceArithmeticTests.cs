using DenoisedSmoothing.Sampling;

namespace DenoisedSmoothing.Torch.Tests.Sampling;

/// <summary>What certificates say of cards, none of which is needed here.</summary>
public class DeviceArithmeticTests
{
    private static readonly DeviceArithmetic.Card s_accelerator = new("cuda:0", null, Tf32x3: true),
        s_consumer = new("cuda:1", null, Tf32x3: false), s_old = new("cuda:2", "cuModuleLoadData: error 222.", Tf32x3: false);

    [Fact]
    public void Of_cards_names_the_kernels_and_what_products_are()
    {
        DeviceArithmetic.Of("float32", [s_accelerator, s_accelerator], tf32: false).Should().Be("float32+kernels2+tf32x3");
        DeviceArithmetic.Of("float32", [s_consumer], tf32: false).Should().Be("float32+kernels2");
        DeviceArithmetic.Of("float32", [s_old, s_old], tf32: false).Should().Be("float32");
        DeviceArithmetic.Of("float32", [s_consumer], tf32: true).Should().Be("float32+tf32+kernels2");
        DeviceArithmetic.Of("bfloat16", [s_accelerator], tf32: false).Should().Be("bfloat16+kernels2", "it has no products of float32");
        DeviceArithmetic.Of("mixed", [s_accelerator], tf32: false).Should().Be("mixed+kernels2+tf32x3", "it may have such products");
        DeviceArithmetic.Of("float16+float64", [s_accelerator], tf32: false).Should().Be("float16+float64+kernels2");
        DeviceArithmetic.Of("bfloat16+float32", [s_accelerator], tf32: false).Should().Be("bfloat16+float32+kernels2+tf32x3");
    }

    [Fact]
    public void Of_cards_that_compute_differently_is_refused_and_says_what_to_do()
    {
        FluentActions.Invoking(() => DeviceArithmetic.Of("float32", [s_accelerator, s_consumer], tf32: false))
            .Should().Throw<InvalidOperationException>()
            .WithMessage("*three in TF32 on cuda:0, and not on cuda:1. Set GpuKernels.Tf32x3 to false, or *_TF32X3 to 0.");
        FluentActions.Invoking(() => DeviceArithmetic.Of("float32", [s_consumer, s_accelerator], tf32: false))
            .Should().Throw<InvalidOperationException>().WithMessage("*on cuda:0, and not on cuda:1.*");
        FluentActions.Invoking(() => DeviceArithmetic.Of("float32", [s_accelerator, s_consumer with { WhyNoTf32x3 = "No cuBLAS." }], false))
            .Should().Throw<InvalidOperationException>().WithMessage("*and not on cuda:1 (No cuBLAS.). Set*");
        DeviceArithmetic.Of("bfloat16", [s_accelerator, s_consumer], tf32: false).Should().Be("bfloat16+kernels2");
        FluentActions.Invoking(() => DeviceArithmetic.Of("bfloat16", [s_consumer, s_old], tf32: false))
            .Should().Throw<InvalidOperationException>()
            .WithMessage("*on cuda:2 the library's own kernels cannot be taken (cuModuleLoadData: error 222.). Set GpuKernels.Enabled to*");
    }
}
