using System.Text.Json;

namespace DenoisedSmoothing.AspNetCore.Tests;

/// <summary>What one image may cost.</summary>
public class BudgetTests
{
    /// <summary>An image on the fence, for which a sequential test would draw without end.</summary>
    [Theory]
    [InlineData("/certify?sigma=0.5&radius=0.4")]
    [InlineData("/certify")]
    [InlineData("/predict")]
    public async Task Answer_hard_image_costs_no_more_than_the_most_votes(string path)
    {
        await using TestServer server = await TestServer.StartAsync(options => options.MostVotes = 500);
        float brightness = path.Contains("radius", StringComparison.Ordinal) ? .55f : .5f;
        JsonElement answer = await server.AnswerAsync(path, brightness);
        long votes = answer.GetProperty("certificate").ValueKind == JsonValueKind.Null
            ? answer.GetProperty("prediction").Deserialize<Prediction>()!.N
            : answer.GetProperty("certificate").Deserialize<Certificate>() is { } c ? c.N0 + c.N : 0;
        votes.Should().BeInRange(1, 500);
    }

    [Fact]
    public async Task Answer_slow_model_stops_at_the_time_and_abstains()
    {
        await using TestServer server = await TestServer.StartAsync();
        server.Model.Before = _ =>
        {
            Thread.Sleep(50);
            return null;
        };
        JsonElement answer = await server.AnswerAsync("/certify?seconds=0.2", .5f);
        answer.GetProperty("abstained").GetBoolean().Should().BeTrue();
        answer.GetProperty("reason").GetString().Should().Be("time");
    }

    [Fact]
    public async Task Answer_budget_of_a_request_is_kept()
    {
        await using TestServer server = await TestServer.StartAsync();
        JsonElement answer = await server.AnswerAsync("/certify?budget=150", .5f);
        Certificate certificate = answer.GetProperty("certificate").Deserialize<Certificate>()!;
        (certificate.N0 + certificate.N).Should().BeLessThanOrEqualTo(150);
    }
}
