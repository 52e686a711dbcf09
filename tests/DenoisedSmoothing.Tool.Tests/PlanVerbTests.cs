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
        output.Should().Contain("the largest radius is 1.9057");
    }

    [Fact]
    public async Task Plan_at_a_rate_tells_the_time()
    {
        (_, string output, _) = await Dds.RunAsync("plan", "--sigma", "0.25", "--radius", "0.5", "--pa", "1", "--n", "10000", "--rate",
            "825", "--images", "500");

        // 10,100 samples at 825 a second: 12.24 s an image, 6,121 s for 500.
        output.Should().Contain("12.2 s an image").And.Contain("1:42:01 for 500");
    }
}
