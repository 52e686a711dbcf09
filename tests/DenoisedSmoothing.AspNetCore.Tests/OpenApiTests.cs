using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace DenoisedSmoothing.AspNetCore.Tests;

public class OpenApiTests
{
    [Fact]
    public async Task Document_names_every_path_and_its_answers()
    {
        await using TestServer server = await TestServer.StartAsync(
            build: builder => builder.Services.AddOpenApi(), map: app => app.MapOpenApi());
        using HttpResponseMessage response = await server.Client.GetAsync("/openapi/v1.json");
        JsonElement paths = (await TestServer.JsonOf(response)).GetProperty("paths");
        paths.EnumerateObject().Select(path => path.Name).Should().Contain(
            ["/predict", "/certify", "/certify/stream", "/verify", "/v2/models/{name}/infer", "/v2/health/ready"]);
        JsonElement certify = paths.GetProperty("/certify").GetProperty("post");
        certify.GetProperty("requestBody").GetProperty("content").EnumerateObject().Select(type => type.Name)
            .Should().Contain(["image/png", "image/jpeg", "application/json"]);
        certify.GetProperty("responses").EnumerateObject().Select(answer => answer.Name).Should().Contain(["200", "400", "413", "503"]);
    }
}
