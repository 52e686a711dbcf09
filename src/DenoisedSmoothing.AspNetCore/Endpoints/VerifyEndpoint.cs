using System.Text.Json;
using DenoisedSmoothing.Verification;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DenoisedSmoothing.AspNetCore;

/// <summary>/verify: recomputes a certificate from its votes, one at a time.</summary>
internal sealed class VerifyEndpoint(SmoothedModels models, ILogger<SmoothedModel> logger) : IDisposable
{
    private const int MostBytes = 1 << 20;
    private const int MostWaiting = 16;

    private readonly SemaphoreSlim _turn = new(1);
    private int _waiting;

    public Task<IResult> VerifyAsync(HttpContext http) => AnswerEndpoints.GuardedAsync(http, logger, async () =>
    {
        Certificate certificate = Read(await RequestBody.ReadAsync(http, MostBytes).ConfigureAwait(false));
        // Whatever the server's own models may spend can be rechecked here.
        VerificationLimits.Check(
            certificate, Math.Max(VerificationLimits.UsualVotes, models.Max(static model => model.Options.MostVotes)));
        try
        {
            if (Interlocked.Increment(ref _waiting) > MostWaiting)
                throw new RefusedException("full", "The server has too many certificates to recompute.", TimeSpan.FromSeconds(1));
            await _turn.WaitAsync(http.RequestAborted).ConfigureAwait(false);
            try
            {
                // A fresh verifier: the client decides which methods fill its cache.
                IReadOnlyList<VerificationFinding> findings =
                    await Task.Run(() => new CertificateVerifier().Verify(certificate)).ConfigureAwait(false);
                return TypedResults.Json(
                    new VerificationDocument(
                        findings.Count == 0,
                        [.. findings.Select(static f =>
                            new FindingDocument(f.Severity.ToString().ToLowerInvariant(), f.Member, f.Message))]),
                    ServingJson.Default.VerificationDocument);
            }
            finally
            {
                _turn.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    });

    public void Dispose() => _turn.Dispose();

    // An answer from this server is accepted as well as the certificate in it.
    private static Certificate Read(byte[] body)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(body);
            JsonElement root = json.RootElement;
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("certificate", out JsonElement inner))
                root = inner;
            return root.Deserialize(ServingJson.Default.Certificate) ?? throw new RequestException("There is no certificate in the body.");
        }
        catch (JsonException e)
        {
            throw new RequestException($"The body is not a certificate: {e.Message}");
        }
    }
}
