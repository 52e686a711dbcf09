using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.Checkpoints;

/// <summary>A short run of the fuzzer; tests/DenoisedSmoothing.Fuzz is the long one.</summary>
public class CheckpointFuzzTests
{
    private const int Inputs = 8_000;
    private const int CostlyInputs = 57;

    [Fact]
    public void Damaged_checkpoints_are_refused_or_read_in_little_memory()
    {
        CheckpointFuzzer fuzzer = new(seed: 20240607);
        for (int i = 0; i < Inputs; i++)
            fuzzer.RunDamaged(i);

        fuzzer.Refused.Should().BeInRange(Inputs / 2, Inputs * 99 / 100, "most damage is seen, some changes nothing that matters");
    }

    [Fact]
    public void Costly_checkpoints_cost_no_more_than_ten_times_their_size()
    {
        CheckpointFuzzer fuzzer = new(seed: 20261126);
        for (int i = 0; i < CostlyInputs; i++)
            fuzzer.RunCostly(i % CostlyFiles.Count, i);

        fuzzer.Refused.Should()
            .BeInRange(CostlyInputs / 4, CostlyInputs - 1, "the largest of most shapes are refused, and the smallest are read");
    }
}
