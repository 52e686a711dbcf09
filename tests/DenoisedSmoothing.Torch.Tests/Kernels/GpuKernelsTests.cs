using DenoisedSmoothing.Kernels;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Kernels;

/// <summary>What can be said of the kernels without a card.</summary>
public sealed class GpuKernelsTests
{
    [Fact]
    public void WhyNot_of_the_processor_says_that_they_are_for_cards() =>
        GpuKernels.WhyNot(CPU).Should().Be("The kernels are for CUDA devices.");

    // NVIDIA's variable is above what a program asks for.
    [Theory]
    [InlineData(false, null, false)]
    [InlineData(true, null, true)]
    [InlineData(true, "0", false)]
    [InlineData(false, "1", true)]
    [InlineData(false, "", false)]
    public void TF32_is_what_was_asked_for_unless_the_environment_says_otherwise(bool asked, string? variable, bool allowed) =>
        Tf32.IsAllowed(asked, variable).Should().Be(allowed);
}
