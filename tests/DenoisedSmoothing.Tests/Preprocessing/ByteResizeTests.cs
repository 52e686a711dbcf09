using System.Security.Cryptography;
using System.Text.Json;
using DenoisedSmoothing.Preprocessing;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.Preprocessing;

/// <summary>Against PIL's Image.resize(BILINEAR), bit for bit (Goldens/datasets/pictures.py).</summary>
public class ByteResizeTests
{
    [Fact]
    public void Bilinear_gives_the_bytes_of_PIL_up_and_down_at_even_and_odd_sizes()
    {
        using JsonDocument golden = Golden.Json("datasets/resize.json");
        foreach (JsonElement one in golden.RootElement.GetProperty("resize").EnumerateArray())
        {
            (int, int) from = Pair(one.GetProperty("from")), to = Pair(one.GetProperty("to"));
            byte[] resized = ByteResize.Bilinear(FormulaImage.Planes(from.Item1, from.Item2), 3, from, to);
            resized.Take(48).Should().Equal(one.GetProperty("first").GetBytesFromBase64(), $"{from} to {to}");
            Convert.ToHexStringLower(SHA256.HashData(resized)).Should().Be(one.GetProperty("sha256").GetString(), $"{from} to {to}");
        }
    }

    [Fact]
    public void Bilinear_leaves_the_input_alone()
    {
        byte[] planes = FormulaImage.Planes(9, 11), copy = [.. planes];
        ByteResize.Bilinear(planes, 3, (9, 11), (4, 20));
        planes.Should().Equal(copy);
    }

    private static (int, int) Pair(JsonElement element) => (element[0].GetInt32(), element[1].GetInt32());
}
