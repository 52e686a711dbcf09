using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using SkiaSharp;

namespace DenoisedSmoothing.AspNetCore.Tests;

public class AnswerEndpointTests(SharedServer shared) : IClassFixture<SharedServer>
{
    // PNG's, as its specification (appendix D) has it.
    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 0 ? crc >> 1 : 0xedb88320 ^ (crc >> 1);
        }

        return ~crc;
    }

    private static ByteArrayContent Content(byte[] bytes, string type) =>
        new(bytes) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } };

    [Fact]
    public async Task Certify_raw_tensor_gives_label_radius_and_a_certificate_that_verifies()
    {
        TestServer server = shared.Instance;
        JsonElement answer = await server.AnswerAsync("/certify?sigma=0.5", .6f);

        answer.GetProperty("label").GetInt32().Should().Be(1);
        answer.GetProperty("abstained").GetBoolean().Should().BeFalse();
        // The nearest image of the other class is 0.1 a pixel away: 0.8 over 64 pixels.
        double radius = answer.GetProperty("unchanged").GetProperty("radius").GetDouble();
        radius.Should().BeInRange(.5, .8);
        Certificate certificate = answer.GetProperty("certificate").Deserialize<Certificate>()!;
        certificate.Radius.Should().Be(radius);
        certificate.Sigma.Should().Be(.5);

        using HttpResponseMessage verified = await server.Client.PostAsync(
            "/verify", Content(JsonSerializer.SerializeToUtf8Bytes(certificate), "application/json"));
        (await TestServer.JsonOf(verified)).GetProperty("verified").GetBoolean().Should().BeTrue();
    }

    [Fact]
    public async Task Verify_overstated_certificate_names_what_is_overstated()
    {
        TestServer server = shared.Instance;
        Certificate certificate = (await server.AnswerAsync("/certify", .6f)).GetProperty("certificate").Deserialize<Certificate>()!;
        string doctored = JsonSerializer.Serialize(certificate with { Radius = certificate.Radius * 1.01 });
        using HttpResponseMessage response = await server.Client.PostAsync(
            "/verify", Content(Encoding.UTF8.GetBytes(doctored), "application/json"));
        JsonElement verified = await TestServer.JsonOf(response);
        verified.GetProperty("verified").GetBoolean().Should().BeFalse();
        JsonElement finding = verified.GetProperty("findings").EnumerateArray().Single();
        finding.GetProperty("severity").GetString().Should().Be("overstated");
        finding.GetProperty("member").GetString().Should().Be("radius");
    }

    [Theory]
    [InlineData("cohen n0=100 n=9000000000000 alpha=0.001 predict=1000 version=1")]
    [InlineData("sequential open n0=100 budget=1000000000 alpha=0.001 looks=1.1 predict=20+10000 rungs=0.01 version=1")]
    [InlineData("sequential open n0=100 budget=100000 alpha=0.001 looks=1.0000001 predict=20+100 rungs=0.01 version=1")]
    public async Task Verify_method_that_would_take_hours_is_refused(string method)
    {
        TestServer server = shared.Instance;
        Certificate certificate = (await server.AnswerAsync("/certify", .6f)).GetProperty("certificate").Deserialize<Certificate>()!;
        string costly = JsonSerializer.Serialize(certificate with { Method = CertificationMethod.Parse(method) });
        using HttpResponseMessage response = await server.Client.PostAsync(
            "/verify", Content(Encoding.UTF8.GetBytes(costly), "application/json"));
        (await TestServer.JsonOf(response, 400)).GetProperty("detail").GetString().Should().Contain("dds verify");
    }

    [Theory]
    [InlineData("text/plain", "not JSON")]
    [InlineData("application/json", "{\"certificate\": 1}")]
    [InlineData("application/json", "[1]")]
    public async Task Verify_what_is_no_certificate_is_a_problem(string type, string body)
    {
        using HttpResponseMessage response = await shared.Instance.Client.PostAsync(
            "/verify", Content(Encoding.UTF8.GetBytes(body), type));
        (await TestServer.JsonOf(response, 400)).GetProperty("detail").GetString().Should().Contain("not a certificate");
    }

    [Theory]
    [InlineData(SKEncodedImageFormat.Png, "image/png")]
    [InlineData(SKEncodedImageFormat.Jpeg, "image/jpeg")]
    public async Task Predict_image_file_is_decoded_to_grey(SKEncodedImageFormat format, string type)
    {
        TestServer server = shared.Instance;
        using HttpResponseMessage response = await server.Client.PostAsync("/predict", Content(Pictures.Png(8, 8, 60, format), type));
        JsonElement answer = await TestServer.JsonOf(response);
        answer.GetProperty("label").GetInt32().Should().Be(0);
        answer.GetProperty("prediction").Deserialize<Prediction>()!.N.Should().BePositive();
    }

    [Fact]
    public async Task Predict_form_with_one_file_is_answered()
    {
        TestServer server = shared.Instance;
        using MultipartFormDataContent form = new() { { Content(Pictures.Png(8, 8, 200), "image/png"), "image", "bright.png" } };
        using HttpResponseMessage response = await server.Client.PostAsync("/predict", form);
        (await TestServer.JsonOf(response)).GetProperty("label").GetInt32().Should().Be(1);
    }

    [Fact]
    public async Task Predict_tensor_in_json_is_answered_as_the_raw_one()
    {
        TestServer server = shared.Instance;
        string json = JsonSerializer.Serialize(new { shape = new[] { 1, 8, 8 }, data = Enumerable.Repeat(.6f, 64) });
        using HttpResponseMessage response = await server.Client.PostAsync(
            "/certify", Content(Encoding.UTF8.GetBytes(json), "application/json"));
        JsonElement answer = await TestServer.JsonOf(response), raw = await server.AnswerAsync("/certify", .6f);
        answer.GetRawText().Should().Be(raw.GetRawText());
    }

    [Theory]
    [InlineData("image/png", "not an image", 400, "an image is wanted")]
    [InlineData("text/html", "<p>", 415, "text/html")]
    [InlineData("application/json", "{\"shape\":[1,8,8],\"data\":[0.5]}", 400, "64 values; got 1")]
    [InlineData("application/json", "{\"shape\":[1,8,8]", 400, "not an image in JSON")]
    [InlineData("application/json", "{\"shape\":[1,1,2],\"data\":[0.5,255]}", 400, "[0,255]")]
    [InlineData("image/png", "", 400, "no body")]
    public async Task Predict_bad_body_is_a_problem_that_says_what_is_wrong(string type, string body, int status, string words)
    {
        TestServer server = shared.Instance;
        using HttpResponseMessage response = await server.Client.PostAsync("/predict", Content(Encoding.UTF8.GetBytes(body), type));
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        (await TestServer.JsonOf(response, status)).GetProperty("detail").GetString().Should().Contain(words);
    }

    [Fact]
    public async Task Predict_image_of_another_size_is_a_problem_that_names_both()
    {
        TestServer server = shared.Instance;
        using HttpResponseMessage response = await server.Client.PostAsync("/predict", Content(Pictures.Png(20, 9, 60), "image/png"));
        (await TestServer.JsonOf(response, 400)).GetProperty("detail").GetString().Should().Contain("8x8").And.Contain("9x20");
    }

    [Theory]
    [InlineData(true, "30000")]
    [InlineData(false, "more than the 4000000 that are read")]
    public async Task Predict_decompression_bomb_is_refused_by_its_header(bool modelSaysItsSize, string words)
    {
        // A PNG that says 30,000 x 30,000 and holds nothing: decoded, it would take 3.6 GB.
        byte[] bomb = Pictures.Png(8, 8, 60);
        BinaryPrimitives.WriteUInt32BigEndian(bomb.AsSpan(16), 30_000);
        BinaryPrimitives.WriteUInt32BigEndian(bomb.AsSpan(20), 30_000);
        BinaryPrimitives.WriteUInt32BigEndian(bomb.AsSpan(29), Crc32(bomb.AsSpan(12, 17)));
        await using TestServer server = await TestServer.StartAsync(
            model: modelSaysItsSize ? new FakeModel() : new FakeModel { Shape = null });
        using HttpResponseMessage response = await server.Client.PostAsync("/predict", Content(bomb, "image/png"));
        (await TestServer.JsonOf(response, 400)).GetProperty("detail").GetString().Should().Contain(words);
    }

    [Fact]
    public async Task Predict_body_above_the_bound_is_413()
    {
        await using TestServer server = await TestServer.StartAsync(options => options.MostBytes = 1000);
        using HttpResponseMessage response = await server.Client.PostAsync("/predict", Content(new byte[1001], "image/png"));
        await TestServer.JsonOf(response, (int)HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task Predict_body_that_does_not_say_its_length_is_413_above_the_bound()
    {
        await using TestServer server = await TestServer.StartAsync(options => options.MostBytes = 1000);
        using HttpRequestMessage request = new(HttpMethod.Post, "/predict")
        {
            Content = Content(new byte[5000], "image/png"),
            Headers = { TransferEncodingChunked = true },
        };
        using HttpResponseMessage response = await server.Client.SendAsync(request);
        await TestServer.JsonOf(response, (int)HttpStatusCode.RequestEntityTooLarge);
    }

    [Theory]
    [InlineData("sigma=0.3", "serves 0.25, 0.5")]
    [InlineData("sigma=abc", "sigma is 'abc'")]
    [InlineData("sigma=NaN", "a number above 0")]
    [InlineData("sigma=0,5", "decimal point")]
    [InlineData("alpha=1,25", "decimal point")]
    [InlineData("budget=1,000", "whole number of votes")]
    [InlineData("budget=1e3", "whole number of votes")]
    [InlineData("radius=-1", "above 0")]
    [InlineData("radius=9", "target radius")]
    [InlineData("alpha=0.7", "at most 0.5")]
    [InlineData("budget=0", "at least 1")]
    [InlineData("budget=1000000", "at most 2000 votes")]
    [InlineData("seconds=1e9", "at most 30 s")]
    [InlineData("seed=1", "takes no seeds")]
    [InlineData("raduis=1", "no parameter 'raduis'")]
    [InlineData("sigma=0.5&sigma=0.25", "given twice")]
    public async Task Certify_bad_parameter_is_a_problem_that_names_it(string query, string words)
    {
        TestServer server = shared.Instance;
        using HttpResponseMessage response = await server.PostAsync("/certify?" + query, .6f);
        (await TestServer.JsonOf(response, 400)).GetProperty("detail").GetString().Should().Contain(words);
    }

    [Fact]
    public async Task Predict_unknown_model_is_404()
    {
        TestServer server = shared.Instance;
        using HttpResponseMessage response = await server.PostAsync("/predict?model=other", .6f);
        (await TestServer.JsonOf(response, 404)).GetProperty("detail").GetString().Should().Contain("fake");
    }
}
