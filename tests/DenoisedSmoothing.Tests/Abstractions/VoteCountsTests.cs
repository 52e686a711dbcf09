namespace DenoisedSmoothing.Tests.Abstractions;

public class VoteCountsTests
{
    [Fact]
    public void Top_and_runner_up_of_ties_are_the_lowest_labels()
    {
        VoteCounts votes = new(1, 5, 0, 5, 5);
        (votes.Top, votes.RunnerUp, votes.Total, votes.ClassCount).Should().Be((1, 3, 16, 5));
        VoteCounts none = new(0, 0);
        (none.Top, none.RunnerUp, none.Total).Should().Be((0, 1, 0));
    }

    [Fact]
    public void Constructor_copies()
    {
        long[] counts = [1, 2];
        VoteCounts votes = new(counts);
        counts[0] = 100;
        votes[0].Should().Be(1);
    }

    [Fact]
    public void Constructor_refuses_too_few_classes_negative_counts_and_overflow()
    {
        Action one = () => _ = new VoteCounts(7), negative = () => _ = new VoteCounts(1, -1), overflow = () =>
            _ = new VoteCounts(long.MaxValue, 1);
        one.Should().Throw<ArgumentException>().WithMessage("*at least 2 classes*");
        negative.Should().Throw<ArgumentException>().WithMessage("*never negative*");
        overflow.Should().Throw<OverflowException>();
    }

    [Fact]
    public void Add_sums_by_label_and_refuses_other_classes()
    {
        new VoteCounts(1, 2).Add(new VoteCounts(10, 20)).Should().Be(new VoteCounts(11, 22));
        Action act = () => new VoteCounts(1, 2).Add(new VoteCounts(1, 2, 3));
        act.Should().Throw<ArgumentException>().WithMessage("*3 classes*2*");
    }

    [Fact]
    public void Equals_compares_content()
    {
        new VoteCounts(1, 2).Should().Be(new VoteCounts(1, 2)).And.NotBe(new VoteCounts(2, 1));
        new VoteCounts(1, 2).GetHashCode().Should().Be(new VoteCounts(1, 2).GetHashCode());
        new VoteCounts(1, 2).Equals(new VoteCounts(1, 2, 0)).Should().BeFalse();
        new VoteCounts(1, 2).ToString().Should().Be("1,2");
    }

    [Fact]
    public void Missed_votes_count_in_the_total_and_for_no_class()
    {
        VoteCounts votes = new VoteCounts(1, 2) { Missed = 4 };

        (votes.Total, votes.Top, votes[0], votes[1]).Should().Be((7, 1, 1, 2));
        votes.Should().NotBe(new VoteCounts(1, 2));
        votes.ToString().Should().Be("1,2 and 4 missed");
        votes.Add(new VoteCounts(1, 0) { Missed = 1 }).Should().Be(new VoteCounts(2, 2) { Missed = 5 });
        FluentActions.Invoking(() => new VoteCounts(1, 2) { Missed = -1 }).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new VoteCounts(1, 2) { Missed = long.MaxValue }).Should().Throw<OverflowException>();
    }
}
