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

    [Fact]
    public void WhyNot_of_the_processor_says_that_they_are_for_cards() =>
        GpuKernels.WhyNot(CPU).Should().Be("The kernels are for CUDA devices.");
}
