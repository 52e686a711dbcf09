using System.Runtime.InteropServices;
using System.Text.Json;
using DenoisedSmoothing.Data;
using Microsoft.AspNetCore.Http;
using TorchSharp;

namespace DenoisedSmoothing.AspNetCore;

/// <summary>Turns a request's bytes into the tensor that is certified.</summary>
internal static class ImageReader
{
    /// <summary>An image file.</summary>
    /// <returns>float32 [C,H,W] in [0,1]; the caller disposes it.</returns>
    /// <exception cref="RequestException">It is not an image, or not one that the model takes.</exception>
    public static torch.Tensor FromFile(byte[] file, LoadedModel model, long mostPixels)
    {
        try
        {
            InputShape? shape = model.Usual.InputShape;
            bool grey = shape?.Channels == 1;
            if (model.Preprocess is null && shape is not null)
                RequireSize(file, shape, grey);
            (byte[] rgb, int height, int width) = ImageDecoder.Decode(file, "The request's body", mostPixels);
            // Preprocessing works on colours; grey comes last, as in the field's loaders.
            torch.Tensor image = grey && model.Preprocess is null
                ? ImageTensors.FromHwcBytes(ImageDecoder.Grey(rgb), height, width, 1)
                : ImageTensors.FromHwcBytes(rgb, height, width);
            if (model.Preprocess is not { } preprocess)
                return image;
            using (image)
                return preprocess.Apply(image);
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException)
        {
            throw new RequestException(e.Message);
        }
    }

    /// <summary>A raw tensor in JSON.</summary>
    /// <inheritdoc cref="FromFile"/>
    public static torch.Tensor FromJson(ReadOnlySpan<byte> json)
    {
        ImageDocument? document;
        try
        {
            document = JsonSerializer.Deserialize(json, ServingJson.Default.ImageDocument);
        }
        catch (JsonException e)
        {
            throw new RequestException($"The body is not an image in JSON, {{\"shape\": [C,H,W], \"data\": [...]}}: {e.Message}");
        }

        return document is { Shape: { } shape, Data: { } data }
            ? Checked(data, shape)
            : throw new RequestException("An image in JSON has a shape and data: {\"shape\": [C,H,W], \"data\": [...]}.");
    }

    /// <summary>A raw tensor: float32, little endian.</summary>
    /// <inheritdoc cref="FromFile"/>
    public static torch.Tensor FromFloats(ReadOnlySpan<byte> bytes, string shapeText)
    {
        long[] shape = [.. shapeText.Split(',').Select(text => PlainNumber.TryParseWhole(text, out long length)
            ? length
            : throw new RequestException($"shape is '{shapeText}'; it must be C,H,W, such as 3,32,32."))];
        if (bytes.Length % sizeof(float) != 0)
            throw new RequestException($"The body has {bytes.Length} bytes, which is not a whole number of float32 values.");
        return Checked(MemoryMarshal.Cast<byte, float>(bytes).ToArray(), shape);
    }

    /// <summary>float32 values of a shape, checked.</summary>
    /// <inheritdoc cref="FromFile"/>
    public static torch.Tensor Checked(float[] values, long[] shape)
    {
        if (shape is [1, _, _, _])
            shape = shape[1..];
        if (shape.Length != 3 || shape.Any(static length => length < 1))
            throw new RequestException($"An image has the shape C,H,W; got {string.Join(',', shape)}.");
        Int128 count = shape.Aggregate((Int128)1, static (product, length) => product * length);
        if (count != values.Length)
            throw new RequestException($"An image of {string.Join('x', shape)} has {count} values; got {values.Length}.");
        torch.Tensor image = torch.tensor(values, shape);
        try
        {
            _ = ImageTensors.Read(image); // finite and in [0,1]
            return image;
        }
        catch (ArgumentException e)
        {
            image.Dispose();
            throw new RequestException(e.Message);
        }
    }

    /// <summary>Refuses what the model does not take, before the request has a place.</summary>
    /// <exception cref="RequestException">The shape does not fit.</exception>
    public static torch.Tensor Fitting(torch.Tensor image, LoadedModel model)
    {
        try
        {
            model.Usual.InputShape?.Require(image.shape, "This model");
            return image;
        }
        catch (ArgumentException e)
        {
            image.Dispose();
            throw new RequestException(e.Message);
        }
    }

    // From only the header: a file that claims 20,000 x 20,000 never takes that memory.
    private static void RequireSize(byte[] file, InputShape shape, bool grey)
    {
        using MemoryStream stream = new(file);
        if (ImageDecoder.Size(stream) is { } size)
            shape.Require([grey ? 1 : 3, size.Height, size.Width], "This model");
    }
}
