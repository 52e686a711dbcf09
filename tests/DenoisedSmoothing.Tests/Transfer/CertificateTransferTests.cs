using System.Text.Json;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Planning;
using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Transfer;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Tests.Transfer;

public class CertificateTransferTests
{
    private static readonly CertificateTransfer Transfer = new(pairs: 1000, alpha: .01);

    private static readonly Certificate OneSided = Run(new CohenCertifier(n0: 10, n: 10_000), new VoteCounts(9800, 150, 50));

    /// <summary>4,500 of 10,000 votes, the rest spread: certified by the bound on the others only.</summary>
    private static readonly Certificate TwoSided =
        Run(new MulticlassCertifier(n0: 10, n: 10_000), new VoteCounts([4500, .. Enumerable.Repeat(500L, 11)]));

    [Fact]
    public void Conclude_of_a_one_sided_certificate_takes_off_the_bound_on_lost_votes()
    {
        TransferredCertificate transferred = Transfer.Conclude(OneSided, new VoteCounts(976, 4, 5, 15));

        // scipy 1.10: beta.ppf(.99, 5, 996) = 0.01154...
        transferred.Zeta.Should().Be(ClopperPearson.Upper(4, 1000, .01)).And.BeInRange(.0115, .0117);
        for (long missed = 0; missed < 100; missed++)
        {
            TransferredCertificate other = Transfer.Conclude(OneSided, new VoteCounts(900 - missed, 0, 50, 50) { Missed = missed });
            other.Zeta.Should().Be(ClopperPearson.Upper(missed, 1000, .01), "a pair that no outcome got is lost");
            (Exact.Of(other.PALower) + Exact.Of(other.Zeta)).CompareTo(Exact.Of(OneSided.PALower)).Should().BeLessThanOrEqualTo(0);
        }

        transferred.PALower.Should().BeApproximately(OneSided.PALower - transferred.Zeta, 1e-15);
        transferred.Radius.Should().Be(CertifiedRadius.FromBound(transferred.PALower, .5)).And.BePositive().And.BeLessThan(OneSided.Radius);
        (transferred.Label, transferred.Abstained, transferred.Method.ToString()).Should()
            .Be((0, false, "transfer pairs=1000 alpha=0.01 version=1"));
        (transferred.Original, transferred.TransferAlpha).Should().Be((OneSided, .01));
        (Exact.Of(.001) + Exact.Of(.01)).CompareTo(Exact.Of(transferred.Alpha)).Should().BeLessThanOrEqualTo(0);
        transferred.Alpha.Should().BeApproximately(.011, 1e-15);
    }

    [Fact]
    public void Conclude_of_a_certificate_that_bounds_the_others_takes_off_the_bound_on_all_differences_twice()
    {
        TwoSided.Label.Should().Be(0);
        TwoSided.PALower.Should().BeLessThan(.5);

        TransferredCertificate transferred = Transfer.Conclude(TwoSided, new VoteCounts(440, 4, 541, 15));

        transferred.Zeta.Should().Be(ClopperPearson.Upper(19, 1000, .01));
        transferred.PALower.Should().BeLessThan(TwoSided.PALower - transferred.Zeta)
            .And.BeApproximately(TwoSided.PALower - transferred.Zeta, 1e-15);
        transferred.PBUpper.Should().BeGreaterThan(TwoSided.PBUpper + transferred.Zeta)
            .And.BeApproximately(TwoSided.PBUpper + transferred.Zeta, 1e-15);
        transferred.Radius.Should().Be(CertifiedRadius.FromBounds(transferred.PALower, transferred.PBUpper, .5)).And.BePositive();
    }

    [Theory]
    [InlineData(9, 1000)]
    [InlineData(0, 3)]
    public void Conclude_abstains_where_nothing_is_left(long lost, long pairs)
    {
        // 5,200 of 10,000: a bound of .504.
        Certificate close = Run(new CohenCertifier(n0: 10, n: 10_000), new VoteCounts(5200, 4800));

        TransferredCertificate transferred = new CertificateTransfer(pairs, .01).Conclude(close, new VoteCounts(pairs - lost, lost, 0, 0));

        (transferred.Abstained, transferred.Label, transferred.Radius).Should().Be((true, null, 0));
        transferred.PALower.Should().BeInRange(0, .5);
        (Exact.Of(transferred.PALower) + Exact.Of(transferred.PBUpper)).CompareTo(new Exact(1, 1)).Should().BeGreaterThanOrEqualTo(0);
    }

    [Fact]
    public void TransferredCertificate_survives_JSON()
    {
        TransferredCertificate transferred = Transfer.Conclude(TwoSided, new VoteCounts(440, 4, 541, 15));

        JsonSerializer.Deserialize<TransferredCertificate>(JsonSerializer.Serialize(transferred)).Should().Be(transferred);
    }

    [Fact]
    public void Start_wants_all_pairs_and_concludes_from_their_counts()
    {
        IVoteTest<TransferredCertificate> test = Transfer.Start(OneSided);
        test.Next.Should().Be(new VoteRequest(VotePhase.Estimation, 1000));
        test.Invoking(t => t.Result).Should().Throw<InvalidOperationException>();
        test.Invoking(t => t.Observe(new VoteCounts(999, 0, 0, 0))).Should().Throw<ArgumentException>();
        VoteCounts pairs = new(990, 1, 4, 5);

        test.Observe(pairs);

        test.Next.Should().BeNull();
        test.Result.Should().Be(Transfer.Conclude(OneSided, pairs));
    }

    [Fact]
    public void Start_and_Conclude_refuse_what_cannot_be_transferred()
    {
        Certificate abstention = OneSided with { Label = null, Radius = 0 };
        Transfer.Invoking(t => t.Start(abstention)).Should().Throw<ArgumentException>().WithMessage("*abstains*");
        Transfer.Invoking(t => t.Conclude(abstention, new VoteCounts(1000, 0, 0, 0))).Should().Throw<ArgumentException>()
            .WithMessage("*abstains*");
        Transfer.Invoking(t => t.Conclude(OneSided, new VoteCounts(999, 0, 0, 0))).Should().Throw<ArgumentException>()
            .WithMessage("*1000 pairs*got 999*");
        Transfer.Invoking(t => t.Conclude(OneSided, new VoteCounts(999, 1))).Should().Throw<ArgumentException>()
            .WithMessage("*4 outcomes*of 2*");
    }

    [Theory]
    [InlineData(0, .1, "pairs")]
    [InlineData((1L << 53) + 1, .1, "pairs")]
    [InlineData(1, 0, "alpha")]
    [InlineData(1, 1, "alpha")]
    [InlineData(1, double.NaN, "alpha")]
    public void Constructor_out_of_range_says_which_argument(long pairs, double alpha, string name) =>
        FluentActions.Invoking(() => new CertificateTransfer(pairs, alpha)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName(name);

    [Theory]
    [InlineData(.98, 0, .4, .001, .9)]
    [InlineData(.98, .003, .4, .001, .9)]
    [InlineData(.9, .01, .2, .01, .5)]
    public void TransferPairs_is_the_first_number_of_the_stated_power(double pALower, double lost, double radius, double alpha,
        double power)
    {
        long pairs = SamplePlan.TransferPairs(pALower, radius, new GaussianRule(.5), lost, alpha, power)!.Value;

        Power(pairs).Should().BeGreaterThanOrEqualTo(power);
        for (long fewer = Math.Max(1, pairs - 400); fewer < pairs; fewer++)
            Power(fewer).Should().BeLessThan(power, "{0} pairs", fewer);

        // P(zeta is small enough), by the sum over lost votes.
        double Power(long count)
        {
            double sum = 0, probability = Math.Pow(1 - lost, count);
            for (long k = 0; k <= count
                && CertifiedRadius.FromBound(Math.Max(0, pALower - ClopperPearson.Upper(k, count, alpha)), .5) >= radius; k++)
            {
                sum += probability;
                probability *= (double)(count - k) / (k + 1) * lost / (1 - lost);
            }

            return sum;
        }
    }

    [Fact]
    public void TransferPairs_beyond_reach_is_null_and_out_of_range_says_which_argument()
    {
        SamplePlan.TransferPairs(.9, radius: .65, new GaussianRule(.5), lost: 0).Should().BeNull("Phi(1.3) is above .9");
        SamplePlan.TransferPairs(.9, radius: .2, new GaussianRule(.5), lost: .3).Should().BeNull();
        FluentActions.Invoking(() => SamplePlan.TransferPairs(1, .2, new GaussianRule(.5), 0)).Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("pALower");
        FluentActions.Invoking(() => SamplePlan.TransferPairs(.9, .2, new GaussianRule(.5), 1))
            .Should().Throw<ArgumentOutOfRangeException>()
            .WithParameterName("lost");
    }

    private static Certificate Run(ICertifier certifier, VoteCounts estimation)
    {
        IVoteTest<Certificate> test = certifier.Certify(estimation.ClassCount, .5);
        test.Observe(new VoteCounts([10, .. Enumerable.Repeat(0L, estimation.ClassCount - 1)]));
        test.Observe(estimation);
        return test.Result;
    }
}
