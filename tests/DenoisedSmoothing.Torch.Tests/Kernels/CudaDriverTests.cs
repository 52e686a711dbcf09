using DenoisedSmoothing.Kernels;
using DenoisedSmoothing.Sampling;
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

        CardKernels state = CardKernels.Examine(() => new CudaDriver(context, static () => CpuDriver.Library), CPU);

        state.WhyNot.Should().BeNull();
        state.WhyNotProducts.Should().BeNull();
        state.Calls!.Products.Should().NotBeNull();
    }

    [SkippableFact]
    public void Without_the_library_of_products_the_kernels_are_taken_alone()
    {
        CudaContext context = Context();

        CardKernels state = CardKernels.Examine(
            () => new CudaDriver(context, static () => throw new InvalidOperationException("There is no such library.")), CPU);

        state.WhyNot.Should().BeNull();
        state.Calls!.Products.Should().BeNull();
        state.WhyNotProducts.Should().Be("There is no such library.");
    }

    [SkippableFact]
    public void The_library_of_products_gets_row_major_matrices()
    {
        Cublas cublas = new(Context(), CpuDriver.Library);
        using IDisposable inference = inference_mode();
        using DisposeScope scope = NewDisposeScope();
        // Exact in TF32.
        Tensor x = arange(36).remainder(11).reshape(3, 12).to_type(ScalarType.Float32);
        Tensor w = arange(80).remainder(7).reshape(5, 16).to_type(ScalarType.Float32);
        Tensor y = ones(3, 5), expected = x.narrow(1, 0, 8).matmul(w.narrow(1, 0, 8).t());
        TensorProduct product = new(
            KernelCalls.Pointer(x), 12, KernelCalls.Pointer(w), 16, KernelCalls.Pointer(y), 3, 5, 8, Adds: false);

        cublas.Multiply(product);
        y.eq(expected).all().item<bool>().Should().BeTrue();

        cublas.Multiply(product with { Adds = true });
        y.eq(expected * 2).all().item<bool>().Should().BeTrue();

        FluentActions.Invoking(() => cublas.Multiply(product with { WPitch = 7 }))
            .Should().Throw<InvalidOperationException>().WithMessage("cublasGemmEx: CUBLAS_STATUS_INVALID_VALUE.");
    }

    // On a thread of its own, which has another device's context as libtorch leaves it.
    [SkippableFact]
    public void A_context_is_current_only_while_it_is_entered()
    {
        CudaContext context = Context(), again = Context();
        nint before = 0, inside = 0, nested = 0, behind = 0, after = 0, failed = 0;
        Thread thread = new(() =>
        {
            before = Current(context);
            using (context.Enter())
            {
                inside = Current(context);
                using (again.Enter())
                    nested = Current(context);
                behind = Current(context);
            }

            after = Current(context);
            try
            {
                using CudaContext.Current entered = context.Enter();
                throw new InvalidOperationException();
            }
            catch (InvalidOperationException)
            {
                failed = Current(context);
            }
        });
        thread.Start();
        thread.Join();

        inside.Should().NotBe(before);
        nested.Should().Be(inside);
        behind.Should().Be(inside);
        after.Should().Be(before);
        failed.Should().Be(before);
    }

    [SkippableFact]
    public void Memory_that_runs_out_is_known_as_such()
    {
        CudaContext context = Context();
        Action driver = () => context.Cuda.Check(2, "cuLaunchKernel");
        driver.Should().Throw<InvalidOperationException>().WithMessage("cuLaunchKernel: CUDA_ERROR_OUT_OF_MEMORY.")
            .Which.Should().Match(error => OutOfMemory.Is((Exception)error));
        // As the library for products says it where a matrix has ten thousand columns.
        Action products = () => new Cublas(context, CpuDriver.Library)
            .Multiply(new TensorProduct(64, 8, 64, 8, 64, 4, 10_000, 8, Adds: false));
        products.Should().Throw<InvalidOperationException>().WithMessage("cublasGemmEx: CUBLAS_STATUS_ALLOC_FAILED.")
            .Which.Should().Match(error => OutOfMemory.Is((Exception)error));
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
        string start = OperatingSystem.IsWindows() ? "LibTorchSharp" : "libLibTorchSharp";
        string path = Cublas.Module(start)!;
        Path.GetFileName(path).Should().StartWith(start);
        Cublas.Module(start, Path.GetDirectoryName(path)).Should().Be(path);
        Cublas.Module(start, Path.GetTempPath()).Should().BeNull();
        Cublas.Module("no such library").Should().BeNull();
    }

    private static unsafe nint Current(CudaContext context)
    {
        nint current;
        context.Cuda.Check(context.Cuda.CtxGetCurrent(&current), "cuCtxGetCurrent");
        return current;
    }

    private static CudaContext Context()
    {
        CpuDriver.OrSkip();
        return new CudaContext(new CudaFunctions(CpuDriver.Library), 0);
    }
}
