using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Verification;

namespace DenoisedSmoothing.Tests.Verification;

public class BinomialSumsTests
{
    [Fact]
    public void AtLeast_and_AtMost_enclose_exact_rational_arithmetic()
    {
        Random random = new(3);
        for (int i = 0; i < 300; i++)
        {
            int n = random.Next(1, 200), k = random.Next(0, n + 1);
            double p = i % 3 == 0
                ? Math.Pow(10, -8 * random.NextDouble())
                : i % 3 == 1
                ? random.NextDouble()
                : 1 - Math.Pow(10, -8 * random.NextDouble());
            Exact atLeast = Exact.AtLeast(k, n, p);

            Enclosure computed = BinomialSums.AtLeast(k, n, p);

            atLeast.CompareTo(Exact.Of(computed.Lower)).Should().BeGreaterThanOrEqualTo(0, "P(X >= {0}), n = {1}, p = {2}", k, n, p);
            atLeast.CompareTo(Exact.Of(computed.Upper)).Should().BeLessThanOrEqualTo(0, "P(X >= {0}), n = {1}, p = {2}", k, n, p);
            (computed.Upper - computed.Lower).Should().BeLessThanOrEqualTo(1e-11 * computed.Upper + 1e-280);
        }
    }

    [Theory]
    [InlineData(100_000)]
    [InlineData(10_000_000)]
    public void Tails_of_many_votes_agree_with_Clopper_Pearson(long n)
    {
        foreach (double share in (double[])[.5, .9, .999, .99999])
        {
            long k = (long)(n * share);
            double bound = ClopperPearson.Lower(k, n, .001), upper = ClopperPearson.Upper(k, n, 1e-6);

            BinomialSums.AtLeast(k, n, bound).Lower.Should().BeLessThanOrEqualTo(.001);
            BinomialSums.AtLeast(k, n, bound).Upper.Should().BeApproximately(.001, 1e-11 + 1e-8 * share);
            BinomialSums.AtMost(k, n, upper).Lower.Should().BeLessThanOrEqualTo(1e-6);
        }
    }
}
