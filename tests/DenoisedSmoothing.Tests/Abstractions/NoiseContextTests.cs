namespace DenoisedSmoothing.Tests.Abstractions;

public class NoiseContextTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void Constructor_impossible_sigma_is_refused(double sigma)
    {
        Action act = () => _ = new NoiseContext(sigma);
        act.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*finite and above 0*");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void Draw_smoothing_stream_is_refused_before_the_source_is_asked(int stream)
    {
        bool asked = false;
        NoiseContext noise = new(.5, _ =>
        {
            asked = true;
            return null!;
        });
        Action act = () => noise.Draw(stream);
        act.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*stream 0 is the smoothing noise*");
        asked.Should().BeFalse();
    }

    [Fact]
    public void Draw_without_a_source_says_what_is_missing()
    {
        Action act = () => new NoiseContext(.5).Draw(1);
        act.Should().Throw<InvalidOperationException>().WithMessage("*no source of normals*");
    }

    [Fact]
    public void Draw_hands_the_stream_to_the_source()
    {
        List<int> streams = [];
        NoiseContext noise = new(.5, stream =>
        {
            streams.Add(stream);
            return null!;
        });
        noise.Draw(1);
        noise.Draw(9);
        streams.Should().Equal(1, 9);
        noise.Sigma.Should().Be(.5);
    }
}
