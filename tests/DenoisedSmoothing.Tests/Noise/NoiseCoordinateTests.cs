using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Tests.Noise;

public class NoiseCoordinateTests
{
    private const int MaxStream = (1 << 30) - 1;
    private const long MaxImage = (1L << 32) - 1;
    private const long MaxSample = (1L << 36) - 1;
    private const int MaxBlock = (1 << 28) - 1;

    [Theory]
    [InlineData(-1, 0, 0, "Stream")]
    [InlineData(MaxStream + 1, 0, 0, "Stream")]
    [InlineData(int.MinValue, 0, 0, "Stream")]
    [InlineData(0, -1, 0, "ImageIndex")]
    [InlineData(0, MaxImage + 1, 0, "ImageIndex")]
    [InlineData(0, 0, -1, "Sample")]
    [InlineData(0, 0, MaxSample + 1, "Sample")]
    [InlineData(0, 0, long.MinValue, "Sample")]
    public void Constructor_value_that_does_not_fit_names_the_field(int stream, long image, long sample, string field) =>
        FluentActions.Invoking(() => new NoiseCoordinate(stream, image, VotePhase.Prediction, sample))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName(field).WithMessage($"{field} must be in ?0, 2^*");

    [Theory]
    [InlineData(-1)]
    [InlineData(3)]
    public void Constructor_unknown_phase_names_the_field(int phase) =>
        FluentActions.Invoking(() => new NoiseCoordinate(0, 0, (VotePhase)phase, 0))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("Phase");

    [Fact]
    public void With_value_that_does_not_fit_throws()
    {
        var at = new NoiseCoordinate(0, 0, VotePhase.Selection, 0);

        FluentActions.Invoking(() => at with
        {
            Sample = MaxSample + 1,
        }).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("Sample");
        FluentActions.Invoking(() => at with
        {
            Phase = (VotePhase)3,
        }).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("Phase");
        (at with { Sample = MaxSample }).Sample.Should().Be(MaxSample);
    }

    [Fact]
    public void Constructor_every_phase_is_accepted() =>
        Enum.GetValues<VotePhase>().Should().OnlyContain(phase => new NoiseCoordinate(0, 0, phase, 0).Phase == phase);

    [Fact]
    public void Counter_each_field_has_its_documented_bits()
    {
        new NoiseCoordinate(0, 0, VotePhase.Prediction, 0).Counter.Should().Be(UInt128.Zero);
        new NoiseCoordinate(0, 0, VotePhase.Prediction, MaxSample).Counter.Should().Be((UInt128)MaxSample << 28);
        new NoiseCoordinate(0, MaxImage, VotePhase.Prediction, 0).Counter.Should().Be((UInt128)MaxImage << 64);
        new NoiseCoordinate(0, 0, VotePhase.Estimation, 0).Counter.Should().Be((UInt128)2 << 96);
        new NoiseCoordinate(MaxStream, 0, VotePhase.Prediction, 0).Counter.Should().Be((UInt128)MaxStream << 98);
        (new NoiseCoordinate(MaxStream, MaxImage, VotePhase.Selection, MaxSample).Counter + MaxBlock)
            .Should().Be(UInt128.MaxValue - ((UInt128)2 << 96), "phase 1 leaves one of the 128 bits clear");
    }

    [Fact]
    public void Counter_distinct_coordinates_and_blocks_are_distinct()
    {
        var seen = new HashSet<UInt128>();
        foreach (int stream in new[] { 0, 1, 2, 1 << 29, MaxStream })
        foreach (long image in new[] { 0, 1, 2, 1L << 31, MaxImage })
        foreach (VotePhase phase in Enum.GetValues<VotePhase>())
        foreach (long sample in new[] { 0, 1, 15, 16, 1L << 28, 1L << 32, MaxSample })
        foreach (int block in new[] { 0, 1, 8, 1 << 27, MaxBlock })
            seen.Add(new NoiseCoordinate(stream, image, phase, sample).Counter + (UInt128)block).Should().BeTrue();
        seen.Should().HaveCount(5 * 5 * 3 * 7 * 5);
    }
}
