using DenoisedSmoothing.Kernels;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Kernels;

/// <summary>What decides between the library's kernels and plain operations, without a card.</summary>
public sealed class CardKernelsTests
{
    [Fact]
    public void Examine_without_a_driver_takes_plain_operations_and_says_why() =>
        CardKernels.Examine(static () => null, CPU).Should().Be(new CardKernels(null, "NVIDIA's driver library was not found."));

    [Fact]
    public void Examine_kernels_that_cannot_be_loaded_takes_plain_operations_and_gives_the_drivers_reason() =>
        CardKernels.Examine(static () => throw new InvalidOperationException("cuModuleLoadData: CUDA_ERROR_INVALID_PTX."), CPU)
            .Should().Be(new CardKernels(null, "cuModuleLoadData: CUDA_ERROR_INVALID_PTX."));

    [Fact]
    public void Examine_a_launch_that_fails_takes_plain_operations_and_gives_the_drivers_reason() =>
        CardKernels.Examine(
                static () => new RecordingDriver { Fails = new InvalidOperationException("group_norm: CUDA_ERROR_LAUNCH_FAILED.") }, CPU)
            .Should().Be(new CardKernels(null, "group_norm: CUDA_ERROR_LAUNCH_FAILED."));

    [Fact]
    public void Examine_kernels_that_compute_something_else_takes_plain_operations_and_names_them()
    {
        CardKernels state = CardKernels.Examine(static () => new RecordingDriver(), CPU);

        state.Calls.Should().BeNull();
        state.WhyNot.Should().StartWith("They differ from the plain operations: ").And.Contain("add_moments in Float32 by ")
            .And.Contain("winograd in Float32 by ");
    }

    [SkippableFact]
    public void Examine_kernels_that_compute_the_same_takes_them()
    {
        CpuDriver driver = CpuDriver.OrSkip();

        CardKernels state = CardKernels.Examine(() => driver, CPU);

        state.WhyNot.Should().BeNull();
        state.Calls.Should().NotBeNull();
    }

    [SkippableFact]
    public void Examine_products_that_compute_the_same_takes_them()
    {
        CardKernels state = Examine(new CpuTensorCores());

        state.WhyNotProducts.Should().BeNull();
        state.Calls!.Products.Should().NotBeNull();
        state.Warning(CPU, products: true).Should().BeNull();
    }

    [SkippableFact]
    public void Examine_without_tensor_cores_that_pay_takes_plain_products_without_a_word()
    {
        CardKernels state = Examine(null);

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
        CardKernels state = Examine(new WrongCores(what));

        state.WhyNot.Should().BeNull();
        state.Calls!.Products.Should().BeNull();
        state.WhyNotProducts.Should().Match(
            "They differ from the plain operations: product of 203x1064 and 1064x268 in Float32 by *(at most 2E-05)*");
        state.Warning(CPU, products: true).Should()
            .StartWith("cpu computes float32 products by plain operations, which are slower: They differ");
        state.Warning(CPU, products: false).Should().BeNull();
    }

    [SkippableFact]
    public void Examine_products_that_fail_takes_plain_ones_and_gives_the_reason()
    {
        CardKernels state = Examine(new CpuTensorCores { Fails = new InvalidOperationException("cublasGemmEx: status 15.") });

        state.Calls!.Products.Should().BeNull();
        state.WhyNotProducts.Should().Be("cublasGemmEx: status 15.");
    }

    // As an offset that is wrong from the second slice on would have it.
    [SkippableFact]
    public void Examine_products_that_are_wrong_in_the_second_slice_takes_plain_ones()
    {
        CardKernels state = Examine(new WrongCores("second slice"));

        state.Calls!.Products.Should().BeNull();
        state.WhyNotProducts.Should().Contain("1064x12 ").And.NotContain("1064x268");
    }

    private static CardKernels Examine(ITensorCores? cores)
    {
        CpuDriver driver = CpuDriver.OrSkip(cores);
        return CardKernels.Examine(() => driver, CPU);
    }

    /// <summary>Leaves out some of the terms, as a wrong offset or flag would.</summary>
    private sealed class WrongCores(string what) : ITensorCores
    {
        private readonly CpuTensorCores _right = new();
        private int _calls;

        public unsafe void Multiply(in TensorProduct product)
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
                case "nothing":
                    // Not what was there: it may be an earlier test's product.
                    new Span<float>((void*)product.Y, product.Rows * product.Results).Clear();
                    break;
                case "second slice":
                    _right.Multiply(product with { Y = product.Rows < 203 && _calls++ > 1 ? product.Y - 16 : product.Y });
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
