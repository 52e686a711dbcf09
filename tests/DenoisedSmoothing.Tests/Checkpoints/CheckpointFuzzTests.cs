using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.Checkpoints;

/// <summary>A short run of the fuzzer; tests/DenoisedSmoothing.Fuzz is the long one.</summary>
public class CheckpointFuzzTests
{
    private const int Inputs = 8_000;

    [Fact]
    public void Damaged_checkpoints_are_refused_or_read_quickly_and_in_little_memory()
    {
        CheckpointFuzzer fuzzer = new(seed: 20240607);
        for (int i = 0; i < Inputs; i++)
            fuzzer.Run(i);

        fuzzer.Refused.Should().BeInRange(Inputs / 2, Inputs * 99 / 100, "most damage is seen, some changes nothing that matters");
        // Generous: a usual input takes well under a millisecond, but the machine may be busy.
        fuzzer.Slowest.Should().BeLessThan(TimeSpan.FromSeconds(5), fuzzer.Extremes);
        fuzzer.MostAllocated.Should().BeLessThan(4_000_000, fuzzer.Extremes);
    }
}
