using DenoisedSmoothing.Training;

namespace DenoisedSmoothing.Tests.Training;

public class EpochOrderTests
{
    [Theory]
    [InlineData(10, 5)]
    [InlineData(10, 3)] // batches cross the end of an epoch
    [InlineData(7, 20)] // a batch is several epochs
    [InlineData(1, 4)]
    public void Indices_every_epoch_is_a_permutation(int count, int batch)
    {
        int[] seen = Draw(new EpochOrder(count, seed: 3), count, batch, epochs: 6);
        foreach (int[] epoch in seen.Chunk(count).Where(epoch => epoch.Length == count))
            epoch.Order().Should().Equal(Enumerable.Range(0, count));
    }

    [Fact]
    public void Indices_epochs_and_seeds_differ()
    {
        int[] seen = Draw(new EpochOrder(50, seed: 3), 50, 10, epochs: 3), other = Draw(new EpochOrder(50, seed: 4), 50, 10, epochs: 1);
        seen[..50].Should().NotEqual(seen[50..100]);
        seen[..50].Should().NotEqual(other);
        seen[..50].Should().NotBeInAscendingOrder();
    }

    [Fact]
    public void Indices_of_a_step_do_not_depend_on_the_steps_before()
    {
        EpochOrder whole = new(10, seed: 3);
        List<int[]> steps = [.. Enumerable.Range(0, 20).Select(step => whole.Indices(step, 3))];
        new EpochOrder(10, seed: 3).Indices(13, 3).Should().Equal(steps[13]);
        new EpochOrder(10, seed: 3).Indices(19, 3).Should().Equal(steps[19]);
    }

    [Fact]
    public void StepSeed_streams_steps_and_seeds_do_not_collide()
    {
        HashSet<int> seeds = [];
        for (int seed = 0; seed < 5; seed++)
        {
            for (int step = 0; step < 100; step++)
            {
                for (int stream = 1; stream <= 4; stream++)
                    seeds.Add(StepSeed.Of(seed, step, stream));
            }
        }

        // 2000 of 2^31: a chance collision has probability .001.
        seeds.Should().HaveCount(2000).And.OnlyContain(seed => seed >= 0);
    }

    private static int[] Draw(EpochOrder order, int count, int batch, int epochs) =>
        [.. Enumerable.Range(0, (count * epochs + batch - 1) / batch).SelectMany(step => order.Indices(step, batch)).Take(count * epochs)];
}
