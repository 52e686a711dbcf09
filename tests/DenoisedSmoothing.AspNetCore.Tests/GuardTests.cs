using System.Text.Json;

namespace DenoisedSmoothing.AspNetCore.Tests;

/// <summary>Answers under a guard: only where certified at least so far.</summary>
public class GuardTests(SharedServer shared) : IClassFixture<SharedServer>
{
    [Theory]
    [InlineData("/predict")]
    [InlineData("/certify")]
    public async Task Answer_under_a_guard_is_certified_at_least_so_far(string path)
    {
        TestServer server = shared.Instance;
        JsonElement answer = await server.AnswerAsync(path + "?sigma=0.5&radius=0.4", .6f);
        answer.GetProperty("label").GetInt32().Should().Be(1);
        answer.GetProperty("askedRadius").GetDouble().Should().Be(.4);
        Certificate certificate = answer.GetProperty("certificate").Deserialize<Certificate>()!;
        certificate.Radius.Should().BeGreaterThanOrEqualTo(.4);
        certificate.Method.Name.Should().Be("sequential");
    }

    [Theory]
    [InlineData("/predict")]
    [InlineData("/certify")]
    public async Task Answer_that_cannot_be_certified_so_far_abstains_for_the_radius(string path)
    {
        TestServer server = shared.Instance;
        // 0.1 a pixel over 64 pixels: the other class is 0.8 away, so no certificate of 0.9 is true.
        JsonElement answer = await server.AnswerAsync(path + "?sigma=0.5&radius=0.9", .6f);
        answer.GetProperty("abstained").GetBoolean().Should().BeTrue();
        answer.GetProperty("label").ValueKind.Should().Be(JsonValueKind.Null);
        answer.GetProperty("reason").GetString().Should().Be("radius");
        answer.GetProperty("unchanged").ValueKind.Should().Be(JsonValueKind.Null);
        answer.GetProperty("unchangedOrAbstaining").ValueKind.Should().Be(JsonValueKind.Null);
    }

    [Fact]
    public async Task Answer_out_of_votes_says_so()
    {
        TestServer server = shared.Instance;
        JsonElement answer = await server.AnswerAsync("/certify?radius=0.4&budget=25", .52f);
        answer.GetProperty("reason").GetString().Should().Be("votes");
    }

    [Fact]
    public async Task Answer_unchanged_or_abstaining_is_radius_and_guard_at_twice_alpha()
    {
        TestServer server = shared.Instance;
        JsonElement answer = await server.AnswerAsync("/predict?sigma=0.5&radius=0.4&alpha=0.01", .6f);
        double radius = answer.GetProperty("unchanged").GetProperty("radius").GetDouble();
        JsonElement wide = answer.GetProperty("unchangedOrAbstaining");
        wide.GetProperty("radius").GetDouble().Should().BeLessThan(radius + .4).And.BeApproximately(radius + .4, 1e-12);
        wide.GetProperty("alpha").GetDouble().Should().Be(.02);
        answer.GetProperty("unchanged").GetProperty("alpha").GetDouble().Should().Be(.01);
    }

    /// <summary>The claim itself: images just inside R + r, on the way to the other class, are never given the other label.</summary>
    [Fact]
    public async Task Answer_within_the_wide_radius_is_never_another_label()
    {
        await using TestServer server = await TestServer.StartAsync(options => options.Noise = NoiseKeys.Fresh);
        JsonElement answer = await server.AnswerAsync("/predict?sigma=0.5&radius=0.45", .6f);
        double reach = answer.GetProperty("unchangedOrAbstaining").GetProperty("radius").GetDouble();
        reach.Should().BeGreaterThan(.8, "else no image within it is of the other class, and nothing is tested");
        // Every pixel moved alike by delta is a distance of 8 delta.
        float moved = .6f - (float)(reach / 8 * .999);
        moved.Should().BeLessThan(.5f);
        for (int i = 0; i < 20; i++)
        {
            JsonElement other = await server.AnswerAsync("/predict?sigma=0.5&radius=0.45", moved);
            other.GetProperty("abstained").GetBoolean().Should().BeTrue();
        }

        // Beyond it the other label does come: the test can fail.
        JsonElement far = await server.AnswerAsync("/predict?sigma=0.5&radius=0.45", .4f);
        far.GetProperty("label").GetInt32().Should().Be(0);
    }
}
