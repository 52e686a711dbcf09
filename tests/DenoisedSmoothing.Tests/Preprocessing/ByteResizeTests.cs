using System.Security.Cryptography;
using System.Text.Json;
using DenoisedSmoothing.Preprocessing;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.Preprocessing;

/// <summary>Against PIL's Image.resize(BILINEAR) and (BICUBIC), bit for bit (Goldens/datasets/pictures.py).</summary>
public class ByteResizeTests
{
    [Theory]
    [InlineData(Resampling.Bilinear, "")]
    [InlineData(Resampling.Bicubic, "cubic_")]
    public void Resize_gives_the_bytes_of_PIL_up_and_down_at_even_and_odd_sizes(Resampling resampling, string prefix)
    {
        using JsonDocument golden = Golden.Json("datasets/resize.json");
        foreach (JsonElement one in golden.RootElement.GetProperty("resize").EnumerateArray())
        {
            (int, int) from = Pair(one.GetProperty("from")), to = Pair(one.GetProperty("to"));
            byte[] resized = ByteResize.Resize(FormulaImage.Planes(from.Item1, from.Item2), 3, from, to, resampling);
            resized.Take(48).Should().Equal(one.GetProperty(prefix + "first").GetBytesFromBase64(), $"{from} to {to}");
            Convert.ToHexStringLower(SHA256.HashData(resized)).Should()
                .Be(one.GetProperty(prefix + "sha256").GetString(), $"{from} to {to}");
        }
    }

    [Fact]
    public void Resize_leaves_the_input_alone()
    {
        byte[] planes = FormulaImage.Planes(9, 11), copy = [.. planes];
        ByteResize.Resize(planes, 3, (9, 11), (4, 20), Resampling.Bicubic);
        planes.Should().Equal(copy);
    }

    private static (int, int) Pair(JsonElement element) => (element[0].GetInt32(), element[1].GetInt32());
}
