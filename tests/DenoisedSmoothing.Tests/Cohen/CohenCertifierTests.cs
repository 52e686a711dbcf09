using System.Globalization;

namespace DenoisedSmoothing.Tests.Cohen;

public class CohenCertifierTests
{
    [Fact]
    public void Defaults_are_those_of_the_field()
    {
        CohenCertifier certifier = new();

        (certifier.N0, certifier.N, certifier.Alpha, certifier.PredictN).Should().Be((100, 100_000, .001, 1000));
        certifier.Warnings(10).Should().BeEmpty();
    }

    [Fact]
    public void Method_names_every_parameter_in_any_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("de-DE");

            new CohenCertifier().Method.ToString().Should().Be("cohen n0=100 n=100000 alpha=0.001 predict=1000 version=1");
            new CohenCertifier(1, 2, 1 / 3.0, 4).Method.ToString().Should()
                .Be("cohen n0=1 n=2 alpha=0.3333333333333333 predict=4 version=1");
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Warnings_of_an_n_too_small_for_alpha_say_what_is_enough()
    {
        new CohenCertifier(n: 9).Warnings(10).Should().Equal(
            "Every certification will abstain: even 9 of 9 votes do not show, at alpha = 0.001, that a label has more than half. "
            + "Set n to at least 10, and far higher for useful radii, or raise alpha.");
        new CohenCertifier(n: 10).Warnings(10).Should().BeEmpty();
    }

    [Fact]
    public void Warnings_of_too_few_predictions_for_alpha_say_what_is_enough()
    {
        new CohenCertifier(predictN: 4).Warnings(10).Should().Equal(
            "Every prediction will abstain: even 4 of 4 votes do not show, at alpha = 0.001, which label leads. "
            + "Set predictN to at least 11, and far higher for close calls, or raise alpha.");
        new CohenCertifier(predictN: 11).Warnings(10).Should().BeEmpty();
    }

    [Theory]
    [InlineData(0, 1, .1, 1, "n0")]
    [InlineData(1, 0, .1, 1, "n")]
    [InlineData(1, (1L << 53) + 1, .1, 1, "n")]
    [InlineData(1, 1, 0, 1, "alpha")]
    [InlineData(1, 1, 1, 1, "alpha")]
    [InlineData(1, 1, double.NaN, 1, "alpha")]
    [InlineData(1, 1, .1, 0, "predictN")]
    public void Constructor_out_of_range_says_which_argument(long n0, long n, double alpha, long predictN, string name) =>
        FluentActions.Invoking(() => new CohenCertifier(n0, n, alpha, predictN))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName(name);

    [Fact]
    public void Predict_Certify_and_Warnings_of_one_class_are_refused()
    {
        CohenCertifier certifier = new();

        certifier.Invoking(c => c.Predict(1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("classCount");
        certifier.Invoking(c => c.Certify(1, .5)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("classCount");
        certifier.Invoking(c => c.Warnings(1)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("classCount");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-.5)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Certify_sigma_out_of_range_is_refused(double sigma) =>
        new CohenCertifier().Invoking(c => c.Certify(2, sigma)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName("sigma");
}
