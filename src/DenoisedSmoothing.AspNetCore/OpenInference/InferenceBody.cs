using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace DenoisedSmoothing.AspNetCore;

/// <summary>
/// A request's body: JSON, or JSON followed by the tensors' bytes, where the header Inference-Header-Content-Length gives the length of the
/// JSON (the binary tensor data extension, which Triton's client uses unless told otherwise).
/// </summary>
/// <param name="Request">The JSON.</param>
/// <param name="Tail">What follows it.</param>
/// <param name="IsBinary">Whether the header was present.</param>
internal sealed record InferenceBody(InferenceRequest Request, ReadOnlyMemory<byte> Tail, bool IsBinary)
{
    public const string LengthHeader = "Inference-Header-Content-Length";

    /// <exception cref="RequestException">It is not an inference request.</exception>
    public static InferenceBody Parse(byte[] body, HttpRequest http)
    {
        string? header = http.Headers[LengthHeader];
        int length = body.Length;
        if (header is not null
            && (!PlainNumber.TryParseWhole(header, out length) || length < 0 || length > body.Length))
            throw new RequestException($"{LengthHeader} is '{header}', and the body has {body.Length} bytes.");
        try
        {
            InferenceRequest request = JsonSerializer.Deserialize(body.AsSpan(0, length), InferenceJson.Default.InferenceRequest)
                ?? throw new RequestException("The body is not an inference request.");
            return new InferenceBody(request, body.AsMemory(length), header is not null);
        }
        catch (JsonException e)
        {
            throw new RequestException($"The body is not an inference request: {e.Message}");
        }
    }
}
