namespace DenoisedSmoothing.Tool.Tests;

public class RunStatusTests
{
    private static readonly DateTime s_noon = new(2026, 3, 2, 12, 0, 0);

    // A quarter of the work in 10 minutes: 30 more.
    private static readonly RunStatus s_quarter = new(
        125, 500, 3, "certified  0: 100.0%  0.25: 100.0%  0.5: 100.0%  0.75: 100.0%  1: 100.0%", .25, 600_000, TimeSpan.FromMinutes(10));

    [Fact]
    public void Pace_says_rate_and_end() =>
        s_quarter.Pace(s_noon).Should().Be("1000 votes/s, 0:10:00 so far, 0:30:00 left, ends about 12:30");

    [Fact]
    public void Pace_names_the_day_of_a_long_run() =>
        (s_quarter with
        {
            Share = .001,
        }).Pace(s_noon).Should().Be("1000 votes/s, 0:10:00 so far, 6d 22:30:00 left, ends about Mon 9 Mar 10:30");

    [Fact]
    public void Pace_at_the_start_is_not_known() => (s_quarter with { Share = 0 }).Pace(s_noon).Should().Be("time left not known yet");

    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(100)]
    public void Lines_of_a_training_fit_and_the_bar_is_as_full_as_the_run(int width)
    {
        // Continued at step 100 of 1,000: 150 steps in 10 minutes, 750 to go.
        IReadOnlyList<string> lines = TrainingView.Lines(new(250, 1000, .12345, TimeSpan.FromMinutes(11)), (100, TimeSpan.FromMinutes(1)),
            width, unicode: false, s_noon);

        lines.Should().OnlyContain(line => line.Length <= width);
        lines[0].Should().StartWith("step 250 of 1000  25% [").And.HaveLength(width);
        (lines[0].Count(c => c == '#'), lines[0].Count(c => c is '#' or '-')).Should()
            .Match<(int Full, int All)>(bar => bar.Full == bar.All / 4);
        string.Join(' ', lines.Skip(1)).Should()
            .Be("loss 0.1235, 0.2 steps/s, 0:10:00 so far, 0:50:00 left, ends about 12:50");
    }

    [Theory]
    [InlineData(1, 84375, "step 1/84375  loss 0.5000")]
    [InlineData(61, 121, "step 61/121  loss 0.5000  0.5 steps/s  0:02:00 left")]
    [InlineData(61, 84375, "step 61/84375  loss 0.5000  0.5 steps/s  1d 22:50:28 left")]
    public void Line_of_a_training_counts_days_and_claims_no_pace_at_the_start(int step, int steps, string expected) =>
        // From the first step on a step takes 2 seconds.
        TrainingView.Line(new(step, steps, .5, TimeSpan.FromSeconds(5 + 2 * (step - 1))), (1, TimeSpan.FromSeconds(5)))
            .Should().Be(expected);

    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(100)]
    public void Lines_fit_and_the_bar_is_as_full_as_the_run(int width)
    {
        IReadOnlyList<string> lines = s_quarter.Lines(width, unicode: false, s_noon);

        lines.Should().OnlyContain(line => line.Length <= width);
        lines[0].Should().StartWith("125 of 500 images, 3 abstained   25% ").And.HaveLength(lines[0].Contains('[') ? width : 37);
        (lines[0].Count(c => c == '#'), lines[0].Count(c => c is '#' or '-')).Should()
            .Match<(int Full, int All)>(bar => bar.Full == bar.All / 4);
    }
}
