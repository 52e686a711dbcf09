namespace DenoisedSmoothing.Tests.Abstractions;

/// <summary>What parts say of themselves, alone and together.</summary>
public class PartInfoTests
{
    private sealed class Described(PartInfo info) : IDescribed
    {
        public PartInfo Info => info;
    }

    [Fact]
    public void Of_a_wrapper_with_one_line_keeps_everything()
    {
        PartInfo inner = new("inner") { Precision = "float16", LargestSigma = .75, InputShape = new InputShape(1, 28) };
        PartInfo same = PartInfo.Of(new Described(PartInfo.Of(new Described(inner))));
        same.Should().Be(inner);
        PartInfo other = PartInfo.Of(new Described(inner)).Named(name => $"twice({name})");
        other.Fingerprint.Should().Be("twice(inner)");
        (other with { InputShape = null }).Should().NotBe(other);
        (other.Precision, other.LargestSigma).Should().Be(("float16", .75));
        other.InputShape.Should().Be(new InputShape(1, 28));
    }

    [Fact]
    public void Of_several_joins_names_and_precisions_and_takes_the_smallest_reach()
    {
        PartInfo both = PartInfo.Of(
            new Described(new PartInfo("a")
            {
                LargestSigma = .5,
            }), new Described(new PartInfo("b") { Precision = "float16" }), new Described(new PartInfo("c")));
        (both.Fingerprint, both.Precision, both.LargestSigma).Should().Be(("a+b+c", "float32+float16", .5));
        both.InputShape.Should().BeNull();
    }

    [Fact]
    public void Of_several_takes_the_shape_that_all_take()
    {
        static Described Takes(InputShape shape) => new(new PartInfo("part") { InputShape = shape });
        PartInfo.Of(Takes(new(3, multiple: 4)), new Described(new PartInfo("any")), Takes(new(null, 24, multiple: 6))).InputShape.Should()
            .Be(new InputShape(3, 24, multiple: 12));
    }

    [Theory]
    [InlineData(1, 28, 3, null, 1)]
    [InlineData(3, 28, 3, 32, 1)]
    [InlineData(3, 28, 3, null, 8)]
    public void Of_several_that_no_image_fits_is_refused(int channels, int size, int others, int? itsSize, int itsMultiple)
    {
        Action contradiction = () => PartInfo.Of(
            new Described(new PartInfo("a") { InputShape = new(channels, size, size) }),
            new Described(new PartInfo("b") { InputShape = new(others, itsSize, itsSize, itsMultiple) }));
        contradiction.Should().Throw<InvalidOperationException>().WithMessage("*do not belong together*28x28 images*colour*images*");
    }

    [Fact]
    public void Fingerprint_is_made_when_asked_for_and_no_sooner()
    {
        int asked = 0;
        PartInfo info = PartInfo.Of(new Described(new PartInfo(() => $"state {++asked}"))).Named(name => $"[{name}]");
        _ = (info.Precision, info.LargestSigma, info.InputShape);
        asked.Should().Be(0, "it may read half a billion weights");
        info.Fingerprint.Should().Be("[state 1]");
        info.Fingerprint.Should().Be("[state 2]", "weights may change");
    }

    [Fact]
    public void Of_parts_that_say_nothing_is_told_apart_within_the_process()
    {
        object one = new(), other = new();
        PartInfo.Of(one).Fingerprint.Should().StartWith("Object#").And.Contain(PartInfo.ThisProcessOnly)
            .And.Be(PartInfo.Of(one).Fingerprint);
        PartInfo.Of(other).Fingerprint.Should().NotBe(PartInfo.Of(one).Fingerprint);
        PartInfo.Unnamed(one).Should().Be(PartInfo.Of(one));
    }

    [Fact]
    public void Of_nothing_is_refused()
    {
        Action none = () => PartInfo.Of(), missing = () => PartInfo.Of(null!, "part"), empty = () => _ = new PartInfo("");
        none.Should().Throw<ArgumentException>();
        missing.Should().Throw<ArgumentNullException>();
        empty.Should().Throw<ArgumentException>();
    }
}
