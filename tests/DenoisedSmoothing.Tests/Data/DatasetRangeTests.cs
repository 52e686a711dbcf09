using DenoisedSmoothing.Data;

namespace DenoisedSmoothing.Tests.Data;

public class DatasetRangeTests
{
    [Fact]
    public void Indices_of_the_whole_are_all_in_order() => new DatasetRange().Indices(5).Should().Equal(0, 1, 2, 3, 4);

    [Fact]
    public void Indices_of_every_twentieth_of_CIFAR_10_are_the_500_of_the_paper()
    {
        // Carlini et al. 2022 certify every 20th image of the test set: 500.
        int[] indices = [.. new DatasetRange { Skip = 20 }.Indices(10_000)];
        indices.Should().HaveCount(500).And.StartWith([0, 20, 40]).And.EndWith(9980);
    }

    [Fact]
    public void Indices_begin_at_start_and_are_max_at_most()
    {
        new DatasetRange { Start = 3, Skip = 4 }.Indices(12).Should().Equal(3, 7, 11);
        new DatasetRange { Start = 3, Skip = 4, Max = 2 }.Indices(12).Should().Equal(3, 7);
        new DatasetRange { Max = 0 }.Indices(12).Should().BeEmpty();
        new DatasetRange { Max = 99 }.Indices(3).Should().Equal(0, 1, 2);
        new DatasetRange { Start = 12 }.Indices(12).Should().BeEmpty();
        new DatasetRange().Indices(0).Should().BeEmpty();
        new DatasetRange { Start = int.MaxValue - 1, Skip = int.MaxValue }.Indices(int.MaxValue).Should().Equal(int.MaxValue - 1);
    }

    [Fact]
    public void Indices_of_a_shard_are_every_so_manieth_of_the_selected()
    {
        DatasetRange range = new() { Start = 1, Skip = 3, Max = 5, Shards = 2 };
        (range with { Shard = 1 }).Indices(100).Should().Equal(1, 7, 13);
        (range with { Shard = 2 }).Indices(100).Should().Equal(4, 10);
    }

    [Fact]
    public void Shards_together_are_the_whole_without_overlap()
    {
        Random random = new(1);
        for (int trial = 0; trial < 2000; trial++)
        {
            int count = random.Next(60), shards = random.Next(1, 9);
            DatasetRange whole = new()
            {
                Start = random.Next(20),
                Skip = random.Next(1, 7),
                Max = random.Next(3) == 0 ? null : random.Next(30),
            };
            List<int> dealt = [];
            for (int shard = 1; shard <= shards; shard++)
            {
                DatasetRange part = whole with { Shard = shard, Shards = shards };
                int[] indices = [.. part.Indices(count)];
                part.CountOf(count).Should().Be(indices.Length);
                dealt.AddRange(indices);
            }

            int[] expected = [.. Enumerable.Range(0, count).Where(i => i >= whole.Start && (i - whole.Start) % whole.Skip == 0)
                .Take(whole.Max ?? int.MaxValue)];
            dealt.Order().Should().Equal(expected);
        }
    }

    [Fact]
    public void Settings_out_of_range_are_refused_by_name()
    {
        ((Action)(() => _ = new DatasetRange
        {
            Start = -1,
        })).Should().Throw<ArgumentOutOfRangeException>().WithMessage("Start is at least 0*");
        ((Action)(() => _ = new DatasetRange { Skip = 0 })).Should().Throw<ArgumentOutOfRangeException>().WithMessage("Skip*");
        ((Action)(() => _ = new DatasetRange { Max = -1 })).Should().Throw<ArgumentOutOfRangeException>().WithMessage("Max*");
        ((Action)(() => _ = new DatasetRange { Shard = 0 })).Should().Throw<ArgumentOutOfRangeException>().WithMessage("Shard*");
        ((Action)(() => new DatasetRange
        {
            Shard = 3,
            Shards = 2,
        }.Indices(1))).Should().Throw<InvalidOperationException>().WithMessage("*shard 3 of 2*");
    }
}
