using DenoisedSmoothing.Analysis;
using DenoisedSmoothing.Logs;

namespace DenoisedSmoothing.Tests.Analysis;

public sealed class PairedDifferenceTests
{
    [Fact]
    public void Of_counts_pairs_and_bounds_their_difference_as_scipy_does()
    {
        // 40 images: 9 certified by the first alone, 2 by the second alone, 20 by both, 9 by none; one more in the first log only.
        LogAnalysis first = Log(Enumerable.Range(0, 41).Select(i => (i, i is < 29 or 40 ? .5 : .1)));
        LogAnalysis second = Log(Enumerable.Range(0, 40).Select(i => (i, i is (>= 9 and < 29) or 29 or 30 ? .5 : .1)));

        PairedDifference pairs = PairedDifference.Of(first, second, .25, .01);

        (pairs.Images, pairs.OnlyFirst, pairs.OnlySecond, pairs.Both).Should().Be((40, 9, 2, 20));
        pairs.Difference.Should().Be(7 / 40.0);
        // scipy 1.10: binomtest(9, 11).pvalue, and beta.ppf at 0.01 / 4 for each of the four bounds.
        pairs.PValue.Should().BeApproximately(0.0654296875, 1e-12);
        pairs.Lower.Should().BeApproximately(-0.15343151611343156, 1e-9);
        pairs.Upper.Should().BeApproximately(0.45049095468324035, 1e-9);
    }

    [Fact]
    public void Of_equal_logs_finds_no_difference()
    {
        LogAnalysis log = Log([(0, .5), (1, .1)]);

        PairedDifference pairs = PairedDifference.Of(log, log, .25, .05);

        (pairs.Difference, pairs.PValue, pairs.Both).Should().Be((0, 1, 1));
        pairs.Lower.Should().BeNegative();
        pairs.Upper.Should().BePositive();
    }

    [Fact]
    public void Of_holds_what_it_says_where_differences_are_known()
    {
        // 200 pairs of logs whose images are certified by the first alone with probability 0.3, by the second alone with 0.1.
        Random random = new(1);
        int wrong = 0;
        for (int run = 0; run < 200; run++)
        {
            double[] draws = [.. Enumerable.Range(0, 60).Select(_ => random.NextDouble())];
            PairedDifference pairs = PairedDifference.Of(
                Log(draws.Select((draw, i) => (i, draw < .3 ? .5 : .1))), Log(draws.Select((draw, i) => (i, draw > .9 ? .5 : .1))), .25,
                    .1);
            wrong += pairs.Lower <= .2 && .2 <= pairs.Upper ? 0 : 1;
        }

        wrong.Should().BeLessThan(30, "20 in 200 are allowed on average, and the bounds are far from that");
    }

    [Fact]
    public void Of_refuses_logs_of_other_images_norms_and_kinds()
    {
        LogAnalysis log = Log([(0, .5)]), other = Log([(0, .5)], label: 2), apart = Log([(1, .5)]);
        LogAnalysis predictions = Read("idx\tlabel\tpredict\tcorrect\ttime\n0\t1\t1\t1\t1\n");

        Invoking(other, .25).Should().Throw<InvalidDataException>().WithMessage("*label 1*2*not of the same images*");
        Invoking(apart, .25).Should().Throw<InvalidDataException>().WithMessage("*no image in common*");
        Invoking(predictions, .25).Should().Throw<InvalidDataException>().WithMessage("*only radius 0*");
        Invoking(log, double.NaN).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => PairedDifference.Of(log, log, 0, 0)).Should().Throw<ArgumentOutOfRangeException>();

        Func<PairedDifference> Invoking(LogAnalysis second, double radius) => () => PairedDifference.Of(log, second, radius, .01);
    }

    private static LogAnalysis Log(IEnumerable<(int Index, double Radius)> images, int label = 1) => Read(
        "idx\tlabel\tpredict\tradius\tcorrect\ttime\n" + string.Concat(images.Select(image => string.Create(
            System.Globalization.CultureInfo.InvariantCulture, $"{image.Index}\t{label}\t{label}\t{image.Radius}\t1\t1\n"))));

    private static LogAnalysis Read(string text)
    {
        using MemoryStream stream = new(System.Text.Encoding.UTF8.GetBytes(text));
        return new LogAnalysis(CertificationLog.Read(stream, "log.tsv"));
    }
}
