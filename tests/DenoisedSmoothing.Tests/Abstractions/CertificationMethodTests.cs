namespace DenoisedSmoothing.Tests.Abstractions;

public class CertificationMethodTests
{
    [Theory]
    [InlineData("cohen n0=100 n=100000 alpha=0.001")]
    [InlineData("cohen")]
    [InlineData("sequential open gain=0.01 predict=20+10000")]
    [InlineData("sequential radii=0.25,0.5 tail=0.4")]
    [InlineData("own note=a=b")]
    public void Parse_is_the_inverse_of_ToString(string text) => CertificationMethod.Parse(text).ToString().Should().Be(text);

    [Fact]
    public void Parameters_keep_their_order_and_switches_are_empty()
    {
        CertificationMethod method = CertificationMethod.Parse("sequential open z=1 a=2");

        method.Name.Should().Be("sequential");
        method.Parameters.Should().Equal(new Dictionary<string, string> { ["open"] = "", ["z"] = "1", ["a"] = "2" });
        method.Parameters.Keys.Should().Equal("open", "z", "a");
    }

    [Fact]
    public void Equals_compares_the_text()
    {
        CertificationMethod method = new("cohen", new Dictionary<string, string> { ["n"] = "5" });

        method.Should().Be(CertificationMethod.Parse("cohen n=5")).And.NotBe(CertificationMethod.Parse("cohen n=6"));
        CertificationMethod.Parse("a x=1 y=2").Should().NotBe(CertificationMethod.Parse("a y=2 x=1"));
        method.GetHashCode().Should().Be(CertificationMethod.Parse("cohen n=5").GetHashCode());
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("cohen ")]
    [InlineData("cohen  n=5")]
    [InlineData("cohen\tn=5")]
    [InlineData("cohen n=5 n=5")]
    [InlineData("cohen n=")]
    [InlineData("cohen =5")]
    [InlineData("cohen=5")]
    [InlineData("cohen n=5\n")]
    [InlineData("cohen n=\u00a0")]
    public void Parse_refuses_what_ToString_does_not_write(string text)
    {
        FluentActions.Invoking(() => CertificationMethod.Parse(text)).Should().Throw<FormatException>()
            .WithMessage("*not a certification method*");
        CertificationMethod.TryParse(null, out _).Should().BeFalse();
    }
}
