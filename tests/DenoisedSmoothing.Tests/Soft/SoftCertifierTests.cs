using System.Text.Json;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Soft;
using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Verification;

namespace DenoisedSmoothing.Tests.Soft;

public class SoftCertifierTests
{
    private static readonly GridGaussianRule s_rule = new(.5, 784);

    [Fact]
    public void Bounds_and_radii_of_expected_scores_are_those_of_PixelDP()
    {
        JsonElement golden = Golden.Json("pixeldp_scores.json").RootElement;
        double sigma = golden.GetProperty("sigma").GetDouble();
        foreach (JsonElement row in golden.GetProperty("expected_score").EnumerateArray())
        {
            long n = row.GetProperty("n").GetInt64();
            double share = row.GetProperty("eta").GetDouble() / row.GetProperty("classes").GetInt32();
            double[] means = [.. row.GetProperty("score_sum").EnumerateArray().Select(sum => sum.GetDouble() / n)];
            double[] variances = [.. row.GetProperty("score_square_sum").EnumerateArray().Select((sum, label) =>
                (sum.GetDouble() - n * means[label] * means[label]) / (n - 1))];
            double lower = ScoreBounds.Lower(means[0], variances[0], n, share);
            // The released code takes the second class by its sum.
            int rival = Enumerable.Range(1, means.Length - 1).MaxBy(label => means[label]);
            double upper = ScoreBounds.Upper(means[rival], variances[rival], n, share);

            lower.Should().BeApproximately(row.GetProperty("p_first_lower").GetDouble(), 1e-12);
            upper.Should().BeApproximately(row.GetProperty("p_second_upper").GetDouble(), 1e-12);
            LecuyerRadius.FromBounds(lower, upper, sigma).Should()
                .BeApproximately(row.GetProperty("radius_supremum").GetDouble(), 1e-9);
        }
    }

    [Theory]
    [InlineData(SoftForm.Bernstein)]
    [InlineData(SoftForm.PixelDp)]
    public void Certificates_verify_and_forged_ones_do_not(SoftForm form)
    {
        SoftCertificate certificate = new SoftCertifier(form, n: 1000).Certify(1, Scores(1000, .1, .8), s_rule);
        CertificateVerifier verifier = new();

        certificate.Abstained.Should().BeFalse();
        verifier.Verify(certificate).Should().BeEmpty();
        foreach (SoftCertificate forged in new[]
        {
            certificate with { Radius = certificate.Radius * 1.000001 }, certificate with { MeanLower = certificate.MeanLower + 1e-6 },
            certificate with { RivalUpper = certificate.RivalUpper - 1e-6 }, certificate with { Label = 0 },
            certificate with { Alpha = 1e-4 }, certificate with { Mean = certificate.MeanLower }, certificate with { Norm = Norm.L1 },
            certificate with { Variance = double.NaN },
        })
        {
            verifier.Verify(forged).Should().Contain(its => its.Severity == VerificationSeverity.Overstated, forged.ToString());
        }

        verifier.Verify(certificate with { N = 2000 }).Should().Contain(its => its.Member == "n");
        verifier.Verify(certificate with { Variance = .3 }).Should().Contain(its => its.Member == "variance");
        verifier.Verify(certificate with { Method = CertificationMethod.Parse("other n=3") }).Should()
            .ContainSingle().Which.Severity.Should().Be(VerificationSeverity.Unknown);
        verifier.Verify(new SoftCertifier(form, n: 1000).Certify(1, Scores(1000, .5, .5), s_rule)).Should().BeEmpty("an abstention");
    }

    [Fact]
    public void Certify_by_PixelDp_shares_alpha_takes_the_largest_rival_and_stays_below_the_noise()
    {
        SoftCertifier certifier = new(SoftForm.PixelDp, n: 5000, alpha: .01);
        ScoreSums[] scores = Scores(5000, .02, .9, .06, .02);

        SoftCertificate certificate = certifier.Certify(1, scores, s_rule);

        certificate.RivalUpper.Should().Be(ScoreBounds.Upper(scores[2], Math.BitDecrement(.01 / 4)));
        certificate.MeanLower.Should().Be(ScoreBounds.Lower(scores[1], Math.BitDecrement(.01 / 4)));
        certificate.Radius.Should().Be(LecuyerRadius.FromBounds(certificate.MeanLower, certificate.RivalUpper, .5));
        certificate.Radius.Should().BeLessThan(s_rule.Radius(certificate.MeanLower, certificate.RivalUpper)).And.BeGreaterThan(.1);
        Action l1 = () => certifier.Certify(1, scores, new UniformRule(.5, 784));
        l1.Should().Throw<ArgumentException>().WithMessage("*Gaussian*");
    }

    [Fact]
    public void Find_reads_its_own_method_and_refuses_what_it_does_not_know()
    {
        SoftCertifier certifier = new(SoftForm.PixelDp, 50, 2000, .01, 16);
        certifier.Method.ToString().Should().Be("pixeldp-scores n0=50 n=2000 alpha=0.01 beta=16 version=1");
        SoftCertifier.Find(certifier.Method)!.Method.Should().Be(certifier.Method);
        SoftCertifier.Find(new CohenCertifier().Method).Should().BeNull();
        foreach (string text in new[] { "bernstein n=1", "bernstein version=2", "bernstein n=10 other=3", "bernstein beta=0" })
        {
            Action act = () => SoftCertifier.Find(CertificationMethod.Parse(text));
            act.Should().Throw<ArgumentException>(text);
        }
    }

    [Fact]
    public void Warnings_say_when_every_certification_will_abstain()
    {
        new SoftCertifier(n: 30).Warnings(10).Should().ContainSingle().Which.Should().Contain("Every certification will abstain");
        new SoftCertifier(n: 200).Warnings(10).Should().BeEmpty();
        new SoftCertifier(SoftForm.PixelDp, n: 15).Warnings(10).Should().ContainSingle();
        new SoftCertifier(SoftForm.PixelDp, n: 200).Warnings(10).Should().BeEmpty();
    }

    /// <summary>
    /// Both bounds of PixelDP against known means, at n on either side of where it changes its inequality. Two fifths
    /// of the margins are caught.
    /// </summary>
    [Theory]
    [InlineData(40)]
    [InlineData(2000)]
    public void Bounds_of_expected_scores_fail_no_more_often_than_alpha(int n)
    {
        const double alpha = .1;
        const int classes = 5;
        int runs = n > 100 ? 600 : 3000;
        Random random = new(4);
        long wrong = 0, doctored = 0;
        for (int run = 0; run < runs; run++)
        {
            // One class has 1 with probability 1/2, the others share what it leaves: the variance is the largest that scores can have.
            ScoreSums[] sums = [.. Enumerable.Range(0, classes).Select(_ => new ScoreSums())];
            for (int draw = 0; draw < n; draw++)
            {
                int label = random.Next(2) == 0 ? 0 : random.Next(1, classes);
                for (int i = 0; i < classes; i++)
                    sums[i].Add(i == label ? 1 : 0);
            }

            wrong += Fails(sums, alpha / classes, 1) ? 1 : 0;
            doctored += Fails(sums, alpha / classes, .4) ? 1 : 0;
        }

        ClopperPearson.Lower(Math.Max(1, wrong), runs, 1e-6).Should().BeLessThanOrEqualTo(alpha);
        ClopperPearson.Lower(doctored, runs, 1e-6).Should().BeGreaterThan(alpha, "two fifths of the margins are not enough");

        bool Fails(ScoreSums[] sums, double share, double part)
        {
            double lower = sums[0].Mean - part * (sums[0].Mean - ScoreBounds.Lower(sums[0], share));
            return lower > .5 || sums.Skip(1).Any(its =>
                its.MeanUpper + part * (ScoreBounds.Upper(its, share) - its.MeanUpper) < .5 / (classes - 1));
        }
    }

    private static ScoreSums[] Scores(int count, params double[] means)
    {
        // Scores of one class that differ a little from draw to draw, so that there is a variance.
        ScoreSums[] sums = [.. means.Select(_ => new ScoreSums())];
        for (int draw = 0; draw < count; draw++)
        {
            for (int label = 0; label < means.Length; label++)
                sums[label].Add(means[label] * (draw % 2 == 0 ? 1.05 : .95));
        }

        return sums;
    }
}
