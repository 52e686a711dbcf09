namespace DenoisedSmoothing.Tool.Tests;

public class PlanVerbTests
{
    [Fact]
    public async Task Plan_gives_the_votes_that_agreement_needs()
    {
        (int exit, string output, _) = await Dds.RunAsync("plan", "--sigma", "0.5", "--radius", "0.5,1.0", "--pa", "0.9,1");

        exit.Should().Be(0);
        // Where all votes agree the bound is alpha^(1/n), so n = ceil(ln alpha / ln Phi(r / sigma)):
        // scipy: log(.001) / log(norm.cdf(1)) = 39.99, log(.001) / log(norm.cdf(2)) = 300.2.
        output.Should().MatchRegex(@"\n +1 +40 ").And.MatchRegex(@"\n +1 +301 ");
        // Phi(2) = .977 is above .9: no number of votes will do.
        output.Should().MatchRegex(@"\n +0\.9 +never ");
        // 3.8115 sigma at n = 100,000 and alpha = .001 (the table of Cohen et al.), cut.
        output.Should().Contain("the largest l2 radius is 1.9057");
    }

    [Fact]
    public async Task Plan_at_a_rate_tells_the_time()
    {
        (_, string output, _) = await Dds.RunAsync("plan", "--sigma", "0.25", "--radius", "0.5", "--pa", "1", "--n", "10000", "--rate",
            "825", "--images", "500");

        // 10,100 samples at 825 a second: 12.24 s per image, 6,121 s for 500.
        output.Should().Contain("12.2 s per image").And.Contain("1:42:01 for 500");
    }

    [Fact]
    public async Task Plan_in_l1_is_of_uniform_noise_of_that_sigma()
    {
        (int exit, string output, _) = await Dds.RunAsync("plan", "--sigma", "0.5", "--norm", "l1", "--radius", "0.5", "--pa", "1",
            "--n", "1000");

        exit.Should().Be(0);
        // lambda = sqrt(3)/2, so r = 0.5 needs 1/2 + r/(2 lambda) = 0.788675; ln .001 / ln 0.788675 = 29.1; at n = 1,000 the bound is
        // .001^(1/1000) = 0.993116 and the radius 2 lambda 0.493116 = 0.8541, cut.
        output.Should().Contain("the largest l1 radius is 0.8541").And.Contain("above 0.788675").And.MatchRegex(@"\n +1 +30 ");
    }

    [Fact]
    public async Task Plan_fits_eighty_columns()
    {
        (_, string output, _) = await Dds.RunAsync("plan", "--sigma", "0.5", "--radius", "1", "--pa", "0.978,0.9999", "--rate", "0.5",
            "--budget", "1000000000");

        output.Split('\n').Where(line => line.StartsWith("  ", StringComparison.Ordinal)).Should().HaveCountGreaterThan(2)
            .And.OnlyContain(line => line.TrimEnd().Length <= 80);
    }
}
