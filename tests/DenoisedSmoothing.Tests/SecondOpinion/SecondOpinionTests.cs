using System.Collections.Concurrent;
using System.Globalization;
using System.Numerics;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Testing;
using Xunit.Abstractions;

namespace DenoisedSmoothing.Tests.SecondOpinion;

/// <summary>
/// Bounds, p-values, evidence and radii against interval arithmetic in 128 and 256 bits that shares nothing with the library: of random
/// cases over the whole range, up to a million votes, none may lie on the unsafe side, and none far on the other. The long run takes ten
/// times as many: <c>dotnet test --filter "FullyQualifiedName~SecondOpinion&amp;Category=Slow"</c>.
/// </summary>
public class SecondOpinionTests(ITestOutputHelper output)
{
    /// <summary>Ten votes of one martingale, which takes longer to make than to ask.</summary>
    private const int VotesPerMartingale = 10;

    /// <summary>What is checked, how many cases a run has, and how far a value may lie on the safe side, relative.</summary>
    public static TheoryData<string, int, double> Cases => new()
    {
        { nameof(ClopperPearson), 15_000, 1e-12 }, // a lower and an upper bound each
        { nameof(BinomialTest), 15_000, 2e-12 },
        { "BinomialTest at any p", 1_000, 2e-12 },
        { nameof(NormalQuantile), 20_000, 2e-14 }, // both ends each
        { nameof(CertifiedRadius), 15_000, 1e-13 },
        { "CertifiedRadius of two bounds", 4_000, 1e-13 },
        { nameof(TestMartingale), 10_000 / VotesPerMartingale, 1e-11 },
        { nameof(RadiusLadder), 2_000, 1e-12 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Random_cases_are_on_the_safe_side_and_close(string what, int cases, double close) =>
        Check(what, cases, close, firstSeed: 1);

    [Theory]
    [MemberData(nameof(Cases))]
    [Trait("Category", "Slow")]
    public void Ten_times_as_many_random_cases_are_on_the_safe_side_and_close(string what, int cases, double close) =>
        Check(what, 10 * cases, close, firstSeed: 10_000_000);

    [Theory]
    [InlineData(10, 7, .3)]
    [InlineData(60, 60, .999)]
    [InlineData(60, 1, 1e-9)]
    [InlineData(60, 25, .77)]
    public void AtLeast_encloses_the_sum_in_fractions_of_big_integers(int n, int k, double p)
    {
        Exact exact = Exact.AtLeast(k, n, p);
        Enclosure ours = BinomialReference.AtLeast(k, n, p);

        Fraction(ours.Low).CompareTo(exact).Should().BeLessThanOrEqualTo(0);
        Fraction(ours.High).CompareTo(exact).Should().BeGreaterThanOrEqualTo(0);
        ours.High.RelativeGap(ours.Low).Should().BeLessThan(1e-18);
    }

    [Fact]
    public void NormalTail_and_Exp_have_the_digits_of_the_tables()
    {
        // DLMF 7.2 and any table: P(Z > 1), P(Z > 6), e and e^-20 (mpmath, 30 digits).
        Close20(NormalReference.TailLow(FixedPoint.One), "0.158655253931457051414767454368");
        Close20(NormalReference.TailLow(6 * FixedPoint.One), "9.86587645037698140700864132371e-10");
        FixedPoint.Exp(1.0).SurelyBelow(Math.BitIncrement(Math.E)).Should().BePositive();
        FixedPoint.Exp(1.0).SurelyAbove(Math.E).Should()
            .BePositive("e is 2.718281828459045235, the double nearest to it 2.718281828459045091");
        FixedPoint.Exp(-20.0).Low.ToDouble().Should().BeApproximately(2.0611536224385578e-9, 1e-24);

        static void Close20(BigInteger units, string digits) =>
            Math.Abs(Exact.Parse(digits).RelativeGapOf(NormalReference.ToDouble(units))).Should().BeLessThan(3e-16, digits);
    }

    private void Check(string what, int cases, double close, ulong firstSeed)
    {
        Func<RandomCase, IEnumerable<(double Slack, string Case)>> check = what switch
        {
            nameof(ClopperPearson) => Bounds,
            nameof(BinomialTest) => TwoSidedAtHalf,
            "BinomialTest at any p" => TwoSided,
            nameof(NormalQuantile) => Quantiles,
            nameof(CertifiedRadius) => Radius,
            "CertifiedRadius of two bounds" => RadiusOfTwoBounds,
            nameof(TestMartingale) => Evidence,
            _ => LadderBound,
        };
        ConcurrentBag<(double Slack, string Case)> worst = [], unsafeOnes = [];
        long values = 0;
        Parallel.For(0, (cases + 99) / 100, block =>
        {
            (double Slack, string Case) largest = (double.NegativeInfinity, "");
            for (int i = block * 100; i < Math.Min(cases, (block + 1) * 100); i++)
            {
                foreach ((double slack, string text) in check(new RandomCase(firstSeed + (ulong)i * 1_000_003)))
                {
                    Interlocked.Increment(ref values);
                    if (!(slack >= 0))
                        unsafeOnes.Add((slack, text));
                    if (slack > largest.Slack)
                        largest = (slack, text);
                }
            }

            worst.Add(largest);
        });
        unsafeOnes.Should().BeEmpty();
        (double most, string where) = worst.MaxBy(one => one.Slack);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{what}: {values} values, none unsafe; the worst is {most:G3} on the safe side: {where}"));
        most.Should().BeLessThan(close, where);
    }

    private static IEnumerable<(double Slack, string Case)> Bounds(RandomCase random)
    {
        int n = random.Trials(), k = random.Successes(n);
        double alpha = random.Alpha(), lower = ClopperPearson.Lower(k, n, alpha), upper = ClopperPearson.Upper(k, n, alpha);

        // The tail at the bound is at most alpha; its distance from alpha, over the tail's slope, is how far the bound could have gone.
        if (k > 0)
        {
            double slack = BinomialReference.AtLeast(k, n, lower, out double ratio).SurelyBelow(alpha);
            yield return (slack * ratio / k, Text($"lower k={k} n={n} alpha={alpha} gives {lower}"));
        }

        if (k < n && upper < 1)
        {
            double slack = BinomialReference.AtMost(k, n, upper, out double ratio).SurelyBelow(alpha);
            yield return (slack * ratio / (n - k) * (1 - upper) / upper, Text($"upper k={k} n={n} alpha={alpha} gives {upper}"));
        }
    }

    private static IEnumerable<(double Slack, string Case)> TwoSidedAtHalf(RandomCase random)
    {
        int n = random.Trials(), k = random.Successes(n);
        double ours = BinomialTest.TwoSided(k, n);
        Enclosure tail = BinomialReference.AtLeast(Math.Max(k, n - k), n, .5);
        Enclosure twice = 2 * k == n ? Enclosure.One : tail + tail;
        double slack = ours == 1 ? Math.Max(0, twice.SurelyBelow(1)) : twice.SurelyBelow(ours);
        yield return (ours < 1e-100 ? Math.Min(0, slack) : slack, Text($"k={k} n={n} gives {ours}")); // closeness is promised down to there
    }

    private static IEnumerable<(double Slack, string Case)> TwoSided(RandomCase random)
    {
        int n = 1 + random.UpTo(300), k = random.UpTo(n);
        double p = .01 + .98 * random.Uniform(), ours = BinomialTest.TwoSided(k, n, p);
        Enclosure hit = Enclosure.Of(p), odds = hit / (Enclosure.One - hit), total = Enclosure.Zero;
        Enclosure[] weights = new Enclosure[n + 1];
        weights[0] = (Enclosure.One - hit).Power(n);
        for (int j = 0; j < n; j++)
            weights[j + 1] = weights[j] * odds * Enclosure.Of(n - j) / Enclosure.Of(j + 1);
        Enclosure limit = weights[k] * (Enclosure.One + Enclosure.Of(1e-7)); // scipy's definition
        foreach (Enclosure weight in weights.Where(weight => weight.Low.CompareTo(limit.High) <= 0))
            total += weight;
        double slack = ours == 1 ? 0 : total.SurelyBelow(ours);
        yield return (ours < 1e-100 ? Math.Min(0, slack) : slack, Text($"k={k} n={n} p={p} gives {ours}"));
    }

    private static IEnumerable<(double Slack, string Case)> Quantiles(RandomCase random)
    {
        double p = random.Probability();
        if (p == .5)
            yield break;
        double low = NormalQuantile.Lower(p), high = NormalQuantile.Upper(p);
        BigInteger above = FixedPoint.One - FixedPoint.Of(p);
        double scale = NormalReference.Density(low) * Math.Abs(low);
        yield return (NormalReference.ToDouble(NormalReference.TailLow(FixedPoint.Of(low)) - above) / scale,
            Text($"lower p={p} gives {low}"));
        yield return (NormalReference.ToDouble(above - NormalReference.TailHigh(FixedPoint.Of(high))) / scale,
            Text($"upper p={p} gives {high}"));
    }

    private static IEnumerable<(double Slack, string Case)> Radius(RandomCase random)
    {
        double pA = random.Probability(), sigma = random.LogUniform(.01, 10);
        if (pA <= .5)
            pA = 1 - pA;
        if (pA is <= .5 or >= 1)
            yield break;
        double radius = CertifiedRadius.FromBound(pA, sigma);

        // Phi(radius / sigma) is at most pA.
        BigInteger z = FixedPoint.Divide(FixedPoint.Of(radius), FixedPoint.Of(sigma)) + 1;
        double slack = NormalReference.ToDouble(NormalReference.TailLow(z) - (FixedPoint.One - FixedPoint.Of(pA)));
        yield return (slack / (NormalReference.Density(radius / sigma) * radius / sigma), Text($"pA={pA} sigma={sigma} gives {radius}"));
    }

    private static IEnumerable<(double Slack, string Case)> RadiusOfTwoBounds(RandomCase random)
    {
        double pA = random.Probability(), pB = Math.Min(random.Probability(), 1 - pA), sigma = random.LogUniform(.01, 10);
        if (!(pA > 1.0001 * pB && pB > 0 && pA < 1))
            yield break;
        double radius = CertifiedRadius.FromBounds(pA, pB, sigma), zB = MathNet.Numerics.Distributions.Normal.InvCDF(0, 1, pB);

        // A z of which P(Z > z) is surely at most 1 - pB lies above the quantile of pB; 2 radius / sigma further it is at most that of pA.
        BigInteger beyond = FixedPoint.Of(zB), aboveB = FixedPoint.One - FixedPoint.Of(pB);
        for (int bits = 90; NormalReference.TailHigh(beyond) > aboveB; bits--)
            beyond = FixedPoint.Of(zB) + (FixedPoint.One >> bits);
        BigInteger z = beyond + 2 * FixedPoint.Divide(FixedPoint.Of(radius), FixedPoint.Of(sigma)) + 2;
        double slack = NormalReference.ToDouble(NormalReference.TailLow(z) - (FixedPoint.One - FixedPoint.Of(pA)));

        // Where the quantiles nearly cancel, the guard of either is large against their difference.
        double size = Math.Max(2 * radius / sigma, Math.Abs(zB));
        yield return (slack / (NormalReference.Density(NormalReference.ToDouble(z)) * size),
            Text($"pA={pA} pB={pB} sigma={sigma} gives {radius}"));
    }

    private static IEnumerable<(double Slack, string Case)> Evidence(RandomCase random)
    {
        double alpha = random.LogUniform(1e-10, .2), p0 = Math.Max(.5, 1 - random.LogUniform(1e-6, .5)), share = random.Uniform() < .5
            ? 0
            : .4;
        int budget = (int)random.LogUniform(10, Factorials.Largest);
        double threshold = RadiusLadder.ThresholdOf(alpha);
        yield return ((FixedPoint.Exp(threshold) * Enclosure.Of(alpha)).Low.RelativeGap(Wide.One) / Math.Max(1, threshold),
            Text($"the threshold of alpha={alpha}"));
        TestMartingale martingale = new(p0, alpha, budget, share);
        for (int vote = 0; vote < VotesPerMartingale; vote++)
        {
            int n = (int)random.LogUniform(1, budget + .99);
            int k = Math.Min(n, (int)(n * p0) + 1 + (int)(4 * random.Uniform() * Math.Sqrt(n * p0 * (1 - p0))));
            double null0 = random.Uniform() < .5 ? p0 : .5 + random.Uniform() * (p0 - .5);
            double log = null0 == p0 ? martingale.LogLower(k, n) : martingale.LogLower(k, n, null0);
            if (log < -700)
                continue;
            double slack = Slack(EvidenceReference.Of(martingale, null0, budget, share, k, n), log);
            yield return (slack, Text($"p0={null0} of {p0} alpha={alpha} budget={budget} share={share} k={k} n={n} gives {log}"));
        }

        // How far exp(log) lies below the evidence, over the size of the logarithm: it is a logarithm that is computed.
        static double Slack(Enclosure evidence, double log) =>
            (evidence / FixedPoint.Exp(log)).Low.RelativeGap(Wide.One) / Math.Max(1, Math.Abs(log));
    }

    /// <summary>
    /// Between rungs the bound is solved for: at the bound itself the evidence must have reached 1/alpha, and little further it must not.
    /// </summary>
    private static IEnumerable<(double Slack, string Case)> LadderBound(RandomCase random)
    {
        const int budget = 20_000;
        int which = random.UpTo(s_ladders.Length - 1);
        (double alpha, RadiusLadder ladder, TestMartingale[] rungs) = s_ladders[which].Value;
        int n = (int)random.LogUniform(8, budget), k = n - (int)(random.Uniform() * random.Uniform() * n / 2);
        double bound = ladder.Bound(k, n);
        if (bound <= .5)
            yield break;
        TestMartingale? inside = Array.Find(rungs, rung => rung.P0 >= bound);
        TestMartingale rung = inside ?? rungs[^1];
        Enclosure evidence = EvidenceReference.Of(rung, Math.Min(bound, rung.P0), budget, ladder.IsOpen ? 0 : .4, k, n);
        double excess = (evidence * Enclosure.Of(alpha)).Low.RelativeGap(Wide.One);
        yield return (excess >= 0 ? 0 : excess, Text($"ladder {which} k={k} n={n} gives {bound}"));
        foreach (TestMartingale below in rungs.TakeWhile(other => other.P0 < bound).TakeLast(2))
        {
            double own = (EvidenceReference.Of(below, below.P0, budget, ladder.IsOpen ? 0 : .4, k, n) * Enclosure.Of(alpha))
                .Low.RelativeGap(Wide.One);
            yield return (own >= 0 ? 0 : own, Text($"ladder {which} k={k} n={n} gives {bound}, rung {below.P0}"));
        }
    }

    private static readonly Lazy<(double Alpha, RadiusLadder Ladder, TestMartingale[] Rungs)>[] s_ladders =
    [
        new(() => Ladder(.001, [])), new(() => Ladder(.05, [])), new(() => Ladder(.001, [.25, .5, 1])), new(() => Ladder(1e-6, [0, 1.5])),
    ];

    private static (double, RadiusLadder, TestMartingale[]) Ladder(double alpha, double[] radii)
    {
        const int budget = 20_000;
        SequentialOptions options = new() { Alpha = alpha, Budget = budget, TargetRadii = radii };
        bool open = radii.Length == 0;
        if (open)
            radii = [.. Enumerable.Range(0, (int)(CertifiedRadius.Largest(budget, alpha, 1) / .01) + 1).Select(i => i * .01)];
        TestMartingale[] rungs =
            [.. radii.Select(radius => new TestMartingale(RadiusLadder.BoundFor(radius, new GaussianRule(1)), alpha, budget, open
            ? 0
            : .4))];
        return (alpha, new RadiusLadder(options, new GaussianRule(1)), rungs);
    }

    private static Exact Fraction(Wide value) => value.Exponent >= 0
        ? new(value.Mantissa * BigInteger.Pow(2, value.Exponent), 1)
        : new(value.Mantissa, BigInteger.Pow(2, -value.Exponent));

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
