using DenoisedSmoothing.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Kernels;

/// <summary>The calls of NVIDIA's driver and library of products, into libraries that answer as those do (cuda.cpp).</summary>
[Collection(nameof(LibTorch.AllowTf32))]
public class CudaDriverTests
{
    [SkippableFact]
    public void Kernels_and_products_by_the_driver_pass_the_check_at_first_use()
    {
        CudaContext context = Context();
        context.Capability.Should().Be(new Version(9, 0));
        context.Multiprocessors.Should().Be(2);

        GpuKernels.State state = GpuKernels.Examine(() => new CudaDriver(context, static () => CpuDriver.Library), CPU);

        state.WhyNot.Should().BeNull();
        state.WhyNotProducts.Should().BeNull();
        state.Calls!.Products.Should().NotBeNull();
    }

    [SkippableFact]
    public void Without_the_library_of_products_the_kernels_are_taken_alone()
    {
        CudaContext context = Context();

        GpuKernels.State state = GpuKernels.Examine(() => new CudaDriver(context, static () => Cublas.Loaded("no such library")), CPU);

        state.WhyNot.Should().BeNull();
        state.Calls!.Products.Should().BeNull();
        state.WhyNotProducts.Should().Be("libtorch has not loaded NVIDIA's library of products (no such library*).");
    }

    [SkippableFact]
    public void The_library_of_products_gets_row_major_matrices()
    {
        Cublas cublas = new(Context(), CpuDriver.Library);
        using IDisposable inference = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        manual_seed(2);
        // In TF32 they are exact.
        Tensor x = randint(-9, 10, [3, 12]).to_type(ScalarType.Float32), w = randint(-9, 10, [5, 16]).to_type(ScalarType.Float32);
        Tensor y = ones(3, 5), expected = x.narrow(1, 0, 8).matmul(w.narrow(1, 0, 8).t());
        TensorProduct product = new(
            KernelCalls.Pointer(x), 12, KernelCalls.Pointer(w), 16, KernelCalls.Pointer(y), 3, 5, 8, Adds: false);

        cublas.Multiply(product);
        y.eq(expected).all().item<bool>().Should().BeTrue();

        cublas.Multiply(product with { Adds = true });
        y.eq(expected * 2).all().item<bool>().Should().BeTrue();

        FluentActions.Invoking(() => cublas.Multiply(product with { WPitch = 7 }))
            .Should().Throw<InvalidOperationException>().WithMessage("cublasGemmEx: status 7 (cublasStatus_t).");
    }

    [SkippableFact]
    public void A_context_is_current_only_while_it_is_entered()
    {
        CudaContext context = Context(), again = Context();
        FluentActions.Invoking(() => new Cublas(context, CpuDriver.Library)).Should().NotThrow();
        using (context.Enter())
        using (again.Enter())
        {
        }

        using CudaContext.Current current = context.Enter();
        FluentActions.Invoking(() => new Cublas(context, CpuDriver.Library)).Should().NotThrow("it is current already");
    }

    [SkippableFact]
    public void A_device_that_is_not_there_is_refused_by_the_drivers_name_for_it()
    {
        CpuDriver.OrSkip();
        FluentActions.Invoking(static () => new CudaContext(new CudaFunctions(CpuDriver.Library), 1))
            .Should().Throw<InvalidOperationException>().WithMessage("cuDeviceGet: CUDA_ERROR_INVALID_DEVICE.");
    }

    [Fact]
    public void A_library_of_the_process_is_found_by_the_beginning_of_its_name()
    {
        LibTorch.EnsureAvailable();
        Cublas.Loaded(OperatingSystem.IsWindows() ? "LibTorchSharp" : "libLibTorchSharp").Should().NotBe(0);
    }

    private static CudaContext Context()
    {
        CpuDriver.OrSkip();
        return new CudaContext(new CudaFunctions(CpuDriver.Library), 0);
    }
}
