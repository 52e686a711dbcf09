using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using TorchSharp;

namespace DenoisedSmoothing.AspNetCore;

/// <summary>Reads the body of a request, up to a size.</summary>
internal static class RequestBody
{
    /// <exception cref="RequestException">It is too large.</exception>
    public static async Task<byte[]> ReadAsync(HttpContext http, int mostBytes)
    {
        if (http.Request.ContentLength > mostBytes)
            throw TooLarge(mostBytes);
        Bound(http, mostBytes);
        // Memory is allocated as bytes arrive, not as a header promises them.
        using MemoryStream body = new((int)Math.Min(http.Request.ContentLength ?? 0, 64 << 10));
        byte[] buffer = new byte[16 << 10];
        int read;
        while ((read = await http.Request.Body.ReadAsync(buffer, http.RequestAborted).ConfigureAwait(false)) > 0)
        {
            if (body.Length + read > mostBytes)
                throw TooLarge(mostBytes);
            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }

    /// <summary>The image of a request: a file, a form with a file, JSON, or float32 values with <c>shape</c> in the query.</summary>
    /// <returns>float32 [C,H,W] in [0,1], as the model takes it; the caller disposes it.</returns>
    /// <exception cref="RequestException">There is none.</exception>
    public static async Task<torch.Tensor> ReadImageAsync(HttpContext http, LoadedModel model, SmoothedClassifierOptions options)
    {
        string? type = MediaTypeHeaderValue.TryParse(http.Request.ContentType, out MediaTypeHeaderValue? parsed)
            ? parsed.MediaType.Value
            : null;
        if (string.Equals(type, "multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            byte[] file = await ReadFormAsync(http, options.MostBytes).ConfigureAwait(false);
            return ImageReader.Fitting(ImageReader.FromFile(file, model, options.MostPixels), model);
        }

        byte[] body = await ReadAsync(http, options.MostBytes).ConfigureAwait(false);
        if (body.Length == 0)
            throw new RequestException("The request has no body: send an image.");
        string? shape = http.Request.Query["shape"];
        return ImageReader.Fitting(
            type switch
            {
                "application/json" => ImageReader.FromJson(body),
                "application/octet-stream" or null when shape is not null => ImageReader.FromFloats(body, shape),
                "application/octet-stream" or null => ImageReader.FromFile(body, model, options.MostPixels),
                _ when type.StartsWith("image/", StringComparison.OrdinalIgnoreCase) =>
                    ImageReader.FromFile(body, model, options.MostPixels),
                _ => throw new RequestException(
                    $"Content-Type is {type}; send image/png, image/jpeg, application/json, multipart/form-data or "
                    + "application/octet-stream.", StatusCodes.Status415UnsupportedMediaType),
            },
            model);
    }

    private static async Task<byte[]> ReadFormAsync(HttpContext http, int mostBytes)
    {
        if (http.Request.ContentLength > mostBytes)
            throw TooLarge(mostBytes);
        Bound(http, mostBytes);
        IFormFileCollection files;
        try
        {
            FormOptions limits = new() { MultipartBodyLengthLimit = mostBytes, BufferBodyLengthLimit = mostBytes, ValueCountLimit = 16 };
            files = (await http.Request.ReadFormAsync(limits, http.RequestAborted).ConfigureAwait(false)).Files;
        }
        catch (InvalidDataException e)
        {
            throw new RequestException($"The form cannot be read: {e.Message}");
        }

        if (files is not [IFormFile file])
            throw new RequestException($"The form has {files.Count} files; send one image.");
        using MemoryStream copy = new();
        await file.CopyToAsync(copy, http.RequestAborted).ConfigureAwait(false);
        return copy.ToArray();
    }

    // The server's own bound, which also applies to bodies that do not state their length.
    private static void Bound(HttpContext http, int mostBytes)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
            feature.MaxRequestBodySize = mostBytes;
    }

    private static RequestException TooLarge(int mostBytes) =>
        new($"The request has more than {mostBytes} bytes, the most that is read.", StatusCodes.Status413PayloadTooLarge);
}
