using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DenoisedSmoothing.AspNetCore.Tests;

/// <summary>The audit log: every certificate, no image, and no answer that fails for it.</summary>
public sealed class AuditTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Certify_audited_writes_the_certificate_and_the_images_hash()
    {
        string path = Path.Combine(_folder, "audit.jsonl");
        Certificate[] handedOut;
        await using (TestServer server = await TestServer.StartAsync(options => options.AuditLog = path))
        {
            handedOut =
            [
                (await server.AnswerAsync("/certify", .6f)).GetProperty("certificate").Deserialize<Certificate>()!,
                (await server.AnswerAsync("/predict?radius=0.1", .4f)).GetProperty("certificate").Deserialize<Certificate>()!,
            ];
        } // stopping writes what is left

        JsonElement[] lines = [.. (await File.ReadAllLinesAsync(path)).Select(line => JsonDocument.Parse(line).RootElement)];
        lines.Select(line => line.GetProperty("certificate").Deserialize<Certificate>()).Should().Equal(handedOut);
        lines.Should().OnlyContain(line => line.GetProperty("model").GetString() == "fake");
        lines[0].GetProperty("certificate").GetProperty("provenance").GetProperty("imageHash").GetString().Should().HaveLength(64);
        lines[0].EnumerateObject().Select(member => member.Name).Should().Equal("time", "model", "certificate");
    }

    [Fact]
    public async Task Certify_audit_file_that_cannot_be_written_fails_no_answer_and_is_logged()
    {
        LogEntries logger = new();
        await using TestServer server = await TestServer.StartAsync(
            options => options.AuditLog = _folder, // a folder, not a file
            builder => builder.Services.AddSingleton<ILogger<SmoothedModel>>(logger));
        (await server.AnswerAsync("/certify", .6f)).GetProperty("label").GetInt32().Should().Be(1);
        await TestServer.UntilAsync(() => logger.All.Any(entry => entry.Id == 206));
        (await server.AnswerAsync("/certify", .6f)).GetProperty("label").GetInt32().Should().Be(1);
    }

    [Fact]
    public async Task Certify_audit_that_throws_fails_no_answer()
    {
        Throwing audit = new();
        await using TestServer server = await TestServer.StartAsync(
            build: builder => builder.Services.AddSingleton<ICertificateAudit>(audit));
        (await server.AnswerAsync("/certify", .6f)).GetProperty("label").GetInt32().Should().Be(1);
        audit.Asked.Should().Be(1);
    }

    private sealed class Throwing : ICertificateAudit
    {
        public int Asked { get; private set; }

        public void Record(string model, Certificate certificate)
        {
            Asked++;
            throw new InvalidOperationException("The audit is broken.");
        }
    }
}
