using DenoisedSmoothing.Verification;

namespace DenoisedSmoothing.Tests.Verification;

public class NormalTailTests
{
    // mpmath, 30 digits: erfc(z/sqrt(2))/2.
    [Theory]
    [InlineData(0, .5)]
    [InlineData(.5, .30853753872598689636)]
    [InlineData(1, .15865525393145705141)]
    [InlineData(1.9999, .0227555315847671865)]
    [InlineData(2, .022750131948179207200)]
    [InlineData(3, .0013498980316300945266)]
    [InlineData(5, 2.8665157187919391167e-7)]
    [InlineData(8, 6.2209605742717841235e-16)]
    public void Above_encloses_the_outside_value(double z, double value)
    {
        Enclosure tail = NormalTail.Above(z);

        value.Should().BeInRange(tail.Lower, tail.Upper);
        (tail.Upper / tail.Lower).Should().BeLessThan(1 + 2e-12);
    }

    // mpmath, 30 digits: the root of erfc(z/sqrt(2))/2 = 1 - p at the very double p.
    [Theory]
    [InlineData(.9, 1.2815515655446004)]
    [InlineData(.999, 3.090232306167813)]
    [InlineData(.1, -1.2815515655446004)]
    [InlineData(.5, 0)]
    [InlineData(1 - 1e-12, 7.03448691004783521)]
    public void Quantile_encloses_the_outside_value(double p, double z)
    {
        Enclosure quantile = NormalTail.Quantile(p);

        z.Should().BeInRange(quantile.Lower - 1e-15 * Math.Abs(z), quantile.Upper + 1e-15 * Math.Abs(z));
        (quantile.Upper - quantile.Lower).Should().BeLessThan(1e-11);
    }
}
