using DenoisedSmoothing.Statistics;

namespace DenoisedSmoothing.Tests.Binomial;

public class ElementaryFunctionsTests
{
    /// <summary>Reference values: mpmath at 40 digits, of the exact doubles.</summary>
    [Theory]
    [InlineData(1e-20, 9.99999999999999945148271e-21)]
    [InlineData(-1e-9, -1.00000000050000006261492e-9)]
    [InlineData(.0001, 0.0000999950003333083401248611)]
    [InlineData(-.5, -0.693147180559945309417232)]
    [InlineData(3, 1.38629436111989061883446)]
    public void Log1P_is_accurate_to_the_last_digits(double x, double expected) =>
        ElementaryFunctions.Log1P(x).Should().BeApproximately(expected, 1e-15 * Math.Abs(expected));

    /// <summary>Reference values: mpmath at 40 digits, of the exact doubles.</summary>
    [Theory]
    [InlineData(1e-20, 9.99999999999999945158271e-21)]
    [InlineData(-1e-9, -9.99999999500000062448258e-10)]
    [InlineData(.0001, 0.000100005000166670838209321)]
    [InlineData(-30, -0.999999999999906423770312)]
    [InlineData(2, 6.38905609893065022723043)]
    public void ExpM1_is_accurate_to_the_last_digits(double x, double expected) =>
        ElementaryFunctions.ExpM1(x).Should().BeApproximately(expected, 1e-15 * Math.Abs(expected));
}
