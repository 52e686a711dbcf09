using DenoisedSmoothing.Testing;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests;

/// <summary>What <see cref="ResidentMemoryTests"/> would see.</summary>
[Collection(nameof(ResidentMemory))]
public sealed class ResidentMemoryLeakTests(ITestOutputHelper output)
{
    private const long MiB = 1 << 20;

    [SkippableTheory]
    [InlineData(0, false)]
    [InlineData(8, true)]
    public void ShouldStay_sees_a_leak_of_one_part_in_70_of_the_papers_pair(int leak, bool seen)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Elsewhere free pages are counted with those in use.");
        List<Tensor> leaked = [];
        try
        {
            Action cycles = () => ResidentMemory.ShouldStay(output, "leak", 20, () =>
            {
                if (leak > 0)
                    leaked.Add(ones(leak * MiB / sizeof(float)));
                return ones(100 * MiB / sizeof(float));
            });
            if (seen)
                cycles.Should().Throw<Xunit.Sdk.XunitException>();
            else
                cycles.Should().NotThrow();
        }
        finally
        {
            leaked.ForEach(tensor => tensor.Dispose());
        }
    }
}
