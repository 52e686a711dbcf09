using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace DenoisedSmoothing.AspNetCore.Tests;

/// <summary>
/// The Open Inference Protocol V2 as its specification has it (kserve, open-inference-protocol, inference_rest), and Triton's binary tensor
/// data extension (triton-inference-server, extension_binary_data).
/// </summary>
public class InferenceTests(SharedServer shared) : IClassFixture<SharedServer>
{
    private static async Task<JsonElement> InferAsync(TestServer server, object request, int status = 200, string version = "")
    {
        using HttpResponseMessage response = await server.Client.PostAsync(
            $"/v2/models/fake{version}/infer", new StringContent(JsonSerializer.Serialize(request), Encoding.UTF8, "application/json"));
        return await TestServer.JsonOf(response, status);
    }

    private static object Request(float brightness, Dictionary<string, object>? parameters = null, int count = 1) => new
    {
        id = "42",
        parameters = parameters ?? [],
        inputs = new[]
        {
            new { name = "image", datatype = "FP32", shape = new[] { count, 1, 8, 8 }, data = Enumerable.Repeat(brightness, 64 * count) },
        },
    };

    private static JsonElement Output(JsonElement response, string name) =>
        response.GetProperty("outputs").EnumerateArray().Single(output => output.GetProperty("name").GetString() == name);

    [Theory]
    [InlineData("/v2/health/live")]
    [InlineData("/v2/health/ready")]
    [InlineData("/v2/models/fake/ready")]
    [InlineData("/v2/models/fake/versions/1/ready")]
    [InlineData("/v2")]
    public async Task Get_ready_server_is_200(string path)
    {
        TestServer server = shared.Instance;
        using HttpResponseMessage response = await server.Client.GetAsync(path);
        await TestServer.JsonOf(response);
    }

    [Fact]
    public async Task Metadata_names_tensors_and_what_is_served()
    {
        TestServer server = shared.Instance;
        using HttpResponseMessage response = await server.Client.GetAsync("/v2/models/fake");
        JsonElement metadata = await TestServer.JsonOf(response);
        metadata.GetProperty("name").GetString().Should().Be("fake");
        metadata.GetProperty("versions").EnumerateArray().Select(v => v.GetString()).Should().Equal("1");
        JsonElement input = metadata.GetProperty("inputs").EnumerateArray().Single();
        input.GetProperty("datatype").GetString().Should().Be("FP32");
        input.GetProperty("shape").EnumerateArray().Select(v => v.GetInt64()).Should().Equal(-1, 1, 8, 8);
        metadata.GetProperty("outputs").EnumerateArray().Select(o => o.GetProperty("name").GetString())
            .Should().Equal("label", "radius", "abstained", "certificate");
        metadata.GetProperty("parameters").GetProperty("sigmas").EnumerateArray().Select(v => v.GetDouble()).Should().Equal(.25, .5);
        metadata.GetProperty("parameters").GetProperty("fingerprint").GetString().Should().Contain("brightness");
    }

    [Fact]
    public async Task Infer_two_images_gives_a_row_each()
    {
        TestServer server = shared.Instance;
        JsonElement response = await InferAsync(server, Request(.6f, new() { ["sigma"] = .5, ["radius"] = .4 }, count: 2));
        response.GetProperty("model_name").GetString().Should().Be("fake");
        response.GetProperty("id").GetString().Should().Be("42");
        Output(response, "label").GetProperty("data").EnumerateArray().Select(v => v.GetInt64()).Should().Equal(1, 1);
        Output(response, "abstained").GetProperty("data").EnumerateArray().Select(v => v.GetBoolean()).Should().Equal(false, false);
        Output(response, "radius").GetProperty("data").EnumerateArray().Should().OnlyContain(v => v.GetDouble() >= .4);
        string answer = Output(response, "certificate").GetProperty("data")[0].GetString()!;
        JsonDocument.Parse(answer).RootElement.GetProperty("certificate").Deserialize<Certificate>()!.Sigma.Should().Be(.5);
    }

    [Fact]
    public async Task Infer_abstention_has_no_label_and_says_so()
    {
        TestServer server = shared.Instance;
        JsonElement response = await InferAsync(server, Request(.6f, new() { ["sigma"] = .5, ["radius"] = .9 }));
        Output(response, "label").GetProperty("data")[0].GetInt64().Should().Be(-1);
        Output(response, "abstained").GetProperty("data")[0].GetBoolean().Should().BeTrue();
    }

    [Fact]
    public async Task Infer_binary_tensors_in_and_out_follow_the_json()
    {
        TestServer server = shared.Instance;
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(new
        {
            inputs = new[]
            {
                new { name = "image", datatype = "FP32", shape = new[] { 1, 1, 8, 8 }, parameters = new { binary_data_size = 256 } },
            },
            outputs = new[]
            {
                new { name = "label", parameters = new { binary_data = true } },
                new { name = "radius", parameters = new { binary_data = false } },
            },
        });
        using ByteArrayContent content = new([.. json, .. FakeModel.Image(.6f)])
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") },
        };
        content.Headers.Add("Inference-Header-Content-Length", json.Length.ToString(System.Globalization.CultureInfo.InvariantCulture));
        using HttpResponseMessage response = await server.Client.PostAsync("/v2/models/fake/infer", content);
        byte[] body = await response.Content.ReadAsByteArrayAsync();
        response.IsSuccessStatusCode.Should().BeTrue(Encoding.UTF8.GetString(body));
        int length = int.Parse(response.Headers.GetValues("Inference-Header-Content-Length").Single(), null);
        JsonElement header = JsonDocument.Parse(body.AsMemory(0, length)).RootElement;
        Output(header, "label").GetProperty("parameters").GetProperty("binary_data_size").GetInt32().Should().Be(8);
        Output(header, "radius").GetProperty("data")[0].GetDouble().Should().BePositive();
        BitConverter.ToInt64(body, length).Should().Be(1);
        body.Length.Should().Be(length + 8);
    }

    public static TheoryData<string, object, int, string> BadRequests => new()
    {
        { "", new { }, 400, "one input" },
        { "", Request(.6f, new() { ["sigma"] = .3 }), 400, "serves 0.25, 0.5" },
        { "", Request(.6f, new() { ["colour"] = 1 }), 400, "no parameter 'colour'" },
        { "", Request(.6f, count: 9), 400, "at most 8" },
        { "", Request(7f), 400, "[0,255]" },
        { "", new { inputs = new[] { new { name = "image", datatype = "FP64", shape = new[] { 1, 1, 8, 8 }, data = new[] { 1 } } } }, 400,
            "FP64" },
        { "", new { inputs = new[] { new { name = "image", datatype = "FP32", shape = new[] { 1, 1, 8, 8 }, data = new[] { 1 } } } }, 400,
            "its shape has 64" },
        { "", new { inputs = new[] { new { name = "image", datatype = "FP32", shape = new[] { 1, 1, 8, 8 } } } }, 400, "no data" },
        { "/versions/2", Request(.6f), 404, "version 1" },
    };

    [Theory]
    [MemberData(nameof(BadRequests))]
    public async Task Infer_bad_request_is_an_error_in_the_protocols_form(string version, object request, int status, string words)
    {
        TestServer server = shared.Instance;
        JsonElement error = await InferAsync(server, request, status, version);
        error.EnumerateObject().Select(member => member.Name).Should().Equal("error");
        error.GetProperty("error").GetString().Should().Contain(words);
    }

    [Fact]
    public async Task Get_unknown_model_is_404_in_the_protocols_form()
    {
        TestServer server = shared.Instance;
        using HttpResponseMessage response = await server.Client.GetAsync("/v2/models/other");
        (await TestServer.JsonOf(response, 404)).GetProperty("error").GetString().Should().Contain("other");
    }
}
