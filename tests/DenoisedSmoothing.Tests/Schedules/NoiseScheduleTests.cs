using DenoisedSmoothing.Schedules;

namespace DenoisedSmoothing.Tests.Schedules;

public class NoiseScheduleTests
{
    private static readonly CosineSchedule Cosine = new();
    private static readonly LinearSchedule Linear = new();
    private static readonly TabulatedSchedule Quarters = new([0.8, 0.5, 0.2, 0.1]); // ratios 0.5, 1, 2, 3

    public static TheoryData<string> Names => ["cosine", "linear", "tabulated"];

    [Fact]
    public void Constructors_defaults_are_the_papers_models()
    {
        Cosine.TimestepCount.Should().Be(4000);
        Linear.TimestepCount.Should().Be(1000);
    }

    /// <summary>Equation 5 at 2 sigma for sigma 0.25, 0.5 and 1: evaluated apart from this code, in field/tstar.tsv.</summary>
    [Theory]
    [InlineData(0.25, 1158.513)]
    [InlineData(0.5, 1984.199)]
    [InlineData(1.0, 2809.985)]
    public void ClosedFormTimestep_papers_sigmas_match(double sigma, double expected) =>
        CosineSchedule.ClosedFormTimestep(2 * sigma, 4000).Should().BeApproximately(expected, 5e-4);

    [Fact]
    public void ClosedFormTimestep_ends_of_the_range_are_0_and_T()
    {
        CosineSchedule.ClosedFormTimestep(0).Should().Be(0);
        CosineSchedule.ClosedFormTimestep(double.PositiveInfinity).Should().Be(4000);
    }

    [Theory]
    [InlineData(-1e-9)]
    [InlineData(double.NaN)]
    public void ClosedFormTimestep_ratio_out_of_range_throws(double ratio) =>
        FluentActions.Invoking(() => CosineSchedule.ClosedFormTimestep(ratio)).Should().Throw<ArgumentOutOfRangeException>();

    [Theory]
    [MemberData(nameof(Names))]
    public void TimestepFor_every_timesteps_own_ratio_answers_it(string name)
    {
        NoiseSchedule schedule = Named(name);
        for (int t = 1; t < schedule.TimestepCount; t++)
        {
            double ratio = Ratio(schedule, t);
            schedule.TimestepFor(ratio).Should().Be(t);
            if (t + 1 < schedule.TimestepCount)
                schedule.TimestepFor(double.BitIncrement(ratio)).Should()
                    .Be(t + 1, "a ceiling never answers a level below the one asked for");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TimestepFor_tiny_ratio_is_never_below_1(string name)
    {
        Named(name).TimestepFor(0).Should().Be(1);
        Named(name).TimestepFor(1e-6).Should().Be(1);
    }

    [Fact]
    public void TimestepFor_unreachable_ratio_names_the_largest_ratio()
    {
        FluentActions.Invoking(() => Quarters.TimestepFor(3.5)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("*noise-to-signal ratio of 3 at most, at timestep 3.*");
        FluentActions.Invoking(() => Linear.TimestepFor(200)).Should().Throw<ArgumentOutOfRangeException>()
            .WithMessage("*ratio of 157.407 at most, at timestep 999.*");
        Linear.TimestepFor(Linear.MaxNoiseToSignal).Should().Be(999);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Lookups_ratio_out_of_range_throw(double ratio)
    {
        FluentActions.Invoking(() => Cosine.TimestepFor(ratio)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => Cosine.ContinuousTimestep(ratio)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void ContinuousTimestep_every_timesteps_own_ratio_answers_it(string name)
    {
        NoiseSchedule schedule = Named(name);
        for (int t = 0; t < schedule.TimestepCount; t++)
            schedule.ContinuousTimestep(Ratio(schedule, t)).Should().BeApproximately(t, 1e-9);
    }

    [Fact]
    public void ContinuousTimestep_between_timesteps_is_linear_in_the_logarithm()
    {
        Quarters.ContinuousTimestep(Math.Sqrt(2)).Should().BeApproximately(1.5, 1e-12);
        Quarters.ContinuousTimestep(2 * Math.Pow(1.5, 0.25)).Should().BeApproximately(2.25, 1e-12);
    }

    [Fact]
    public void ContinuousTimestep_below_the_first_level_is_0()
    {
        Cosine.ContinuousTimestep(0).Should().Be(0);
        Cosine.ContinuousTimestep(0.002).Should().Be(0);
        Linear.ContinuousTimestep(0.002).Should().Be(0);
    }

    /// <summary>Two independent roads to one number: the interpolated table and the paper's formula, which counts from 1.</summary>
    [Fact]
    public void ContinuousTimestep_cosine_agrees_with_the_closed_form()
    {
        for (double ratio = 0.05; ratio < 20; ratio *= 1.07)
            Cosine.ContinuousTimestep(ratio).Should()
                .BeApproximately(CosineSchedule.ClosedFormTimestep(ratio) - 1, 0.001, "ratio {0}", ratio);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(4)]
    public void AlphaBar_timestep_out_of_range_throws(int timestep) =>
        FluentActions.Invoking(() => Quarters.AlphaBar(timestep)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("timestep");

    public static TheoryData<double[], string> BadTables => new()
    {
        { [0.5], "*at least two timesteps, got 1*" },
        { [1.0, 0.5], "*it is 1 at timestep 0*" },
        { [0.5, 0.5], "*it is 0.5 at timestep 1, after 0.5*" },
        { [0.5, 0.6], "*it is 0.6 at timestep 1*" },
        { [0.5, 0.0], "*it is 0 at timestep 1*" },
        { [0.5, double.NaN], "*it is NaN at timestep 1*" },
    };

    [Theory]
    [MemberData(nameof(BadTables))]
    public void TabulatedSchedule_bad_table_throws(double[] table, string message) =>
        FluentActions.Invoking(() => new TabulatedSchedule(table)).Should().Throw<ArgumentException>().WithMessage(message);

    [Fact]
    public void TabulatedSchedule_table_is_copied()
    {
        double[] table = [0.9, 0.5];
        var schedule = new TabulatedSchedule(table);

        table[1] = 0.1;

        schedule.AlphaBar(1).Should().Be(0.5);
    }

    [Fact]
    public void Constructors_too_few_timesteps_throw()
    {
        FluentActions.Invoking(() => new LinearSchedule(20)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new CosineSchedule(1)).Should().Throw<ArgumentOutOfRangeException>();
        new LinearSchedule(21).TimestepCount.Should().Be(21);
        new CosineSchedule(2).TimestepCount.Should().Be(2);
    }

    private static NoiseSchedule Named(string name) => name switch
    {
        "cosine" => Cosine,
        "linear" => Linear,
        _ => Quarters,
    };

    private static double Ratio(NoiseSchedule schedule, int t) => Math.Sqrt((1 - schedule.AlphaBar(t)) / schedule.AlphaBar(t));
}
