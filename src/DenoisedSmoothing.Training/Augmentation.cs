using System.Globalization;
using DenoisedSmoothing.Data;
using TorchSharp;

namespace DenoisedSmoothing.Training;

/// <summary>Random variations of training images; none by default.</summary>
public sealed record Augmentation
{
    /// <summary>Images are shifted by up to this many pixels each way, with the border filled with 0; at least 0.</summary>
    public int Shift { get; init; }

    /// <summary>Whether images are mirrored left to right with probability 1/2.</summary>
    public bool Mirror { get; init; }

    /// <summary>
    /// The strongest softening: each image is mixed with its 3x3 box blur, applied twice, with a random share of up to this, in [0,1]. A
    /// denoiser's results are soft, and this prepares a classifier for them without ever seeing a denoiser or noise.
    /// </summary>
    public double Soften { get; init; }

    internal void Validate()
    {
        if (Shift < 0 || !(Soften is >= 0 and <= 1))
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture, $"An augmentation has Shift of at least 0 and Soften in [0,1]; got {Shift} and {Soften}."));
    }

    /// <summary>The variations in words, the same for equal ones.</summary>
    internal string ToText()
    {
        string[] parts =
        [
            .. Shift > 0 ? [string.Create(CultureInfo.InvariantCulture, $"shifted by up to {Shift}")] : Array.Empty<string>(),
            .. Mirror ? ["mirrored"] : Array.Empty<string>(),
            .. Soften > 0 ? [string.Create(CultureInfo.InvariantCulture, $"softened by up to {Soften}")] : Array.Empty<string>(),
        ];
        return parts.Length == 0 ? "none" : string.Join(", ", parts);
    }

    internal torch.Tensor Apply(LabeledImages images, ReadOnlySpan<int> indices, Random random)
    {
        int channels = images.Channels, height = images.Height, width = images.Width;
        float[] values = new float[(long)indices.Length * channels * height * width];
        for (int i = 0; i < indices.Length; i++)
        {
            int dy = random.Next(-Shift, Shift + 1), dx = random.Next(-Shift, Shift + 1);
            bool mirror = Mirror && random.Next(2) == 1;
            float soften = (float)(Soften * random.NextDouble());
            ReadOnlySpan<byte> pixels = images.Pixels(indices[i]);
            for (int c = 0; c < channels; c++)
            {
                Span<float> plane = values.AsSpan((i * channels + c) * height * width, height * width);
                Move(pixels.Slice(c * height * width, height * width), plane, height, width, dy, dx, mirror);
                if (soften > 0)
                    Blend(plane, height, width, soften);
            }
        }

        return torch.tensor(values, [indices.Length, channels, height, width]);
    }

    private static void Move(ReadOnlySpan<byte> from, Span<float> to, int height, int width, int dy, int dx, bool mirror)
    {
        for (int y = Math.Max(0, dy); y < Math.Min(height, height + dy); y++)
        {
            for (int x = Math.Max(0, dx); x < Math.Min(width, width + dx); x++)
                to[y * width + (mirror ? width - 1 - x : x)] = from[(y - dy) * width + x - dx] / 255f;
        }
    }

    private static void Blend(Span<float> plane, int height, int width, float share)
    {
        float[] once = Blur(plane, height, width), twice = Blur(once, height, width);
        for (int i = 0; i < plane.Length; i++)
            plane[i] += share * (twice[i] - plane[i]);
    }

    private static float[] Blur(ReadOnlySpan<float> plane, int height, int width)
    {
        float[] blurred = new float[plane.Length];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                float sum = 0;
                int count = 0;
                for (int v = Math.Max(0, y - 1); v <= Math.Min(height - 1, y + 1); v++)
                {
                    for (int u = Math.Max(0, x - 1); u <= Math.Min(width - 1, x + 1); u++, count++)
                        sum += plane[v * width + u];
                }

                blurred[y * width + x] = sum / count;
            }
        }

        return blurred;
    }
}
