using System.Text.Json;

namespace DenoisedSmoothing.AspNetCore.Tests;

/// <summary>Whether the same image meets the same noise.</summary>
public class KeyedNoiseTests
{
    private const string Secret = "AAECAwQFBgcICQoLDA0ODw==";

    private static async Task<string[]> SeedsAsync(TestServer server, int count, float brightness = .52f)
    {
        List<string> seeds = [];
        for (int i = 0; i < count; i++)
        {
            JsonElement answer = await server.AnswerAsync("/certify?budget=200", brightness);
            seeds.Add(answer.GetProperty("certificate").GetProperty("provenance").GetProperty("seed").GetString()!);
        }

        return [.. seeds];
    }

    [Fact]
    public async Task Certify_keyed_same_image_gets_the_same_answer()
    {
        await using TestServer server = await TestServer.StartAsync();
        string first = (await server.AnswerAsync("/certify", .51f)).GetRawText();
        for (int i = 0; i < 3; i++)
            (await server.AnswerAsync("/certify", .51f)).GetRawText().Should().Be(first);
    }

    [Fact]
    public async Task Predict_keyed_same_image_gets_the_same_votes()
    {
        await using TestServer server = await TestServer.StartAsync();
        string first = (await server.AnswerAsync("/predict", .501f)).GetRawText();
        (await server.AnswerAsync("/predict", .501f)).GetRawText().Should().Be(first);
    }

    [Fact]
    public async Task Certify_keyed_other_image_gets_another_key()
    {
        await using TestServer server = await TestServer.StartAsync();
        string[] seeds = [.. await SeedsAsync(server, 1), .. await SeedsAsync(server, 1, .5200001f)];
        seeds.Distinct().Should().HaveCount(2);
    }

    [Fact]
    public async Task Certify_one_secret_two_servers_answer_alike()
    {
        await using TestServer one = await TestServer.StartAsync(options => options.Secret = Secret);
        await using TestServer two = await TestServer.StartAsync(options => options.Secret = Secret);
        (await SeedsAsync(one, 1)).Should().Equal(await SeedsAsync(two, 1));
    }

    [Fact]
    public async Task Certify_no_secret_two_servers_draw_differently()
    {
        await using TestServer one = await TestServer.StartAsync(), two = await TestServer.StartAsync();
        (await SeedsAsync(one, 1)).Should().NotEqual(await SeedsAsync(two, 1));
    }

    [Fact]
    public async Task Certify_fresh_every_query_is_a_draw_of_its_own()
    {
        await using TestServer server = await TestServer.StartAsync(options => options.Noise = NoiseKeys.Fresh);
        (await SeedsAsync(server, 3)).Distinct().Should().HaveCount(3);
    }

    [Fact]
    public async Task Certify_seed_allowed_is_used_and_the_answer_says_so()
    {
        await using TestServer server = await TestServer.StartAsync(options => options.AllowSeeds = true);
        JsonElement answer = await server.AnswerAsync("/certify?seed=18446744073709551615", .6f);
        answer.GetProperty("noise").GetString().Should().Be("seed");
        answer.GetProperty("certificate").GetProperty("provenance").GetProperty("seed").GetString().Should().Be("18446744073709551615");
        (await server.AnswerAsync("/certify", .6f)).GetProperty("noise").GetString().Should().Be("keyed");
    }
}
