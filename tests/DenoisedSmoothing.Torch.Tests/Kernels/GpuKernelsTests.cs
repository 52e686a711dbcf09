using DenoisedSmoothing.Kernels;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Kernels;

/// <summary>What decides between the library's kernels and plain operations, without a card.</summary>
public sealed class GpuKernelsTests
{
    [Fact]
    public void Examine_without_a_driver_takes_plain_operations_and_says_why() =>
        GpuKernels.Examine(static () => null, CPU).Should().Be(new GpuKernels.State(null, "NVIDIA's driver library was not found."));

    [Fact]
    public void Examine_kernels_that_cannot_be_loaded_takes_plain_operations_and_gives_the_drivers_reason() =>
        GpuKernels.Examine(static () => throw new InvalidOperationException("cuModuleLoadData: CUDA_ERROR_INVALID_PTX."), CPU)
            .Should().Be(new GpuKernels.State(null, "cuModuleLoadData: CUDA_ERROR_INVALID_PTX."));

    [Fact]
    public void Examine_a_launch_that_fails_takes_plain_operations_and_gives_the_drivers_reason() =>
        GpuKernels.Examine(
                static () => new RecordingDriver { Fails = new InvalidOperationException("group_norm: CUDA_ERROR_LAUNCH_FAILED.") }, CPU)
            .Should().Be(new GpuKernels.State(null, "group_norm: CUDA_ERROR_LAUNCH_FAILED."));

    [Fact]
    public void Examine_kernels_that_compute_something_else_takes_plain_operations_and_names_them()
    {
        GpuKernels.State state = GpuKernels.Examine(static () => new RecordingDriver(), CPU);

        state.Calls.Should().BeNull();
        state.WhyNot.Should().StartWith("They differ from the plain operations: ").And.Contain("add_moments in Float32 by ")
            .And.Contain("winograd in Float32 by ");
    }

    [SkippableFact]
    public void Examine_kernels_that_compute_the_same_takes_them()
    {
        CpuDriver driver = CpuDriver.OrSkip();

        GpuKernels.State state = GpuKernels.Examine(() => driver, CPU);

        state.WhyNot.Should().BeNull();
        state.Calls.Should().NotBeNull();
    }

    [SkippableFact]
    public void Examine_products_that_compute_the_same_takes_them()
    {
        GpuKernels.State state = Examine(new CpuTensorCores());

        state.WhyNotProducts.Should().BeNull();
        state.Calls!.Products.Should().NotBeNull();
        state.Warning(CPU, products: true).Should().BeNull();
    }

    [SkippableFact]
    public void Examine_without_tensor_cores_that_pay_takes_plain_products_without_a_word()
    {
        GpuKernels.State state = Examine(null);

        state.Calls!.Products.Should().BeNull();
        state.Warning(CPU, products: true).Should().BeNull();
    }

    // In TF32 alone, with the small parts lost, or without what the pieces before gave.
    [SkippableTheory]
    [InlineData("large parts alone")]
    [InlineData("one small part")]
    [InlineData("last piece alone")]
    [InlineData("nothing")]
    public void Examine_products_that_compute_something_else_takes_plain_ones_and_says_so(string what)
    {
        GpuKernels.State state = Examine(new WrongCores(what));

        state.WhyNot.Should().BeNull();
        state.Calls!.Products.Should().BeNull();
        state.WhyNotProducts.Should().Match("They differ from the plain operations: product in Float32 by *(at most 2E-05).");
        state.Warning(CPU, products: true).Should()
            .StartWith("cpu computes products of float32 by the plain operation, which is slower: They differ");
        state.Warning(CPU, products: false).Should().BeNull();
    }

    [SkippableFact]
    public void Examine_products_that_fail_takes_plain_ones_and_gives_the_reason()
    {
        GpuKernels.State state = Examine(new CpuTensorCores { Fails = new InvalidOperationException("cublasGemmEx: status 15.") });

        state.Calls!.Products.Should().BeNull();
        state.WhyNotProducts.Should().Be("cublasGemmEx: status 15.");
    }

    [Theory]
    [InlineData("7.0", false)]
    [InlineData("7.5", false)]
    [InlineData("8.0", true)]
    [InlineData("8.6", false)]
    [InlineData("8.9", false)]
    [InlineData("9.0", true)]
    [InlineData("10.0", true)]
    [InlineData("10.3", true)]
    [InlineData("12.0", false)]
    public void Three_products_pay_on_accelerators(string capability, bool pay) =>
        Cublas.Pays(Version.Parse(capability)).Should().Be(pay);

    [Fact]
    public void WhyNot_of_the_processor_says_that_they_are_for_cards() =>
        GpuKernels.WhyNot(CPU).Should().Be("The kernels are for CUDA devices.");

    private static GpuKernels.State Examine(ITensorCores? cores)
    {
        CpuDriver driver = CpuDriver.OrSkip(cores);
        return GpuKernels.Examine(() => driver, CPU);
    }

    /// <summary>Leaves out some of the terms, as a wrong offset or flag would.</summary>
    private sealed class WrongCores(string what) : ITensorCores
    {
        private readonly CpuTensorCores _right = new();

        public void Multiply(in TensorProduct product)
        {
            int piece = product.Terms / 3 / 8 * 8, bytes = piece * sizeof(float);
            switch (what)
            {
                case "large parts alone":
                    Multiply(product, 2 * bytes, product.Terms - 2 * piece);
                    break;
                case "one small part":
                    Multiply(product, bytes, product.Terms - piece);
                    break;
                case "last piece alone":
                    _right.Multiply(product with { Adds = false });
                    break;
            }
        }

        private void Multiply(TensorProduct product, int offset, int terms) =>
            _right.Multiply(product with { X = product.X + offset, W = product.W + offset, Terms = terms });
    }
}
