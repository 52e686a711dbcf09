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

    /// <summary>Three parts, one of which is split again, and that a third time: all their streams are different, and none is 0.</summary>
    [Fact]
    public void Part_streams_never_meet()
    {
        List<int> drawn = [];
        NoiseContext noise = new(.5, stream =>
        {
            drawn.Add(stream);
            return null!;
        });
        NoiseContext second = noise.Share(1, 3);
        NoiseContext[] parts = [noise.Share(0, 3), noise.Share(2, 3), .. Enumerable.Range(0, 5).Select(part => second.Share(part, 6)),
            second.Share(5, 6).Share(0, 2), second.Share(5, 6).Share(1, 2)];
        foreach (NoiseContext part in parts)
        {
            part.Sigma.Should().Be(.5);
            for (int stream = 1; stream <= 4000; stream++)
                part.Draw(stream);
        }

        drawn.Should().HaveCount(9 * 4000).And.OnlyHaveUniqueItems().And.OnlyContain(stream => stream > 0);
    }

    [Fact]
    public void Part_is_the_documented_stream()
    {
        int asked = 0;
        NoiseContext noise = new(.5, stream =>
        {
            asked = stream;
            return null!;
        });
        noise.Share(2, 5).Draw(4);
        asked.Should().Be(5 * 3 + 2 + 1);
        noise.Share(0, 1).Draw(7);
        asked.Should().Be(7);
    }

    [Fact]
    public void Part_stream_that_would_wrap_is_refused()
    {
        bool asked = false;
        NoiseContext noise = new(.5, _ =>
        {
            asked = true;
            return null!;
        });
        // 3 * 2^31 wraps to a small positive number.
        foreach (int stream in new[] { 1 << 30, int.MaxValue })
        {
            Action act = () => noise.Share(2, 3).Draw(stream);
            act.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*there are not so many*");
        }

        asked.Should().BeFalse();
        Action zero = () => noise.Share(1, 2).Draw(0), silent = () => new NoiseContext(.5).Share(0, 2).Draw(1);
        zero.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*stream 0 is the smoothing noise*");
        silent.Should().Throw<InvalidOperationException>().WithMessage("*no source of normals*");
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-1, 2)]
    [InlineData(2, 2)]
    public void Part_that_is_none_is_refused(int part, int parts)
    {
        Action act = () => new NoiseContext(.5).Share(part, parts);
        act.Should().Throw<ArgumentOutOfRangeException>();
    }
}
