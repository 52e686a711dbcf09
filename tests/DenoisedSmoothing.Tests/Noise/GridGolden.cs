using System.Globalization;
using System.Text.Json;

namespace DenoisedSmoothing.Tests.Noise;

/// <summary>
/// tests/Goldens/grid_noise.json: the grid noise made apart from this library (mpmath at 60 digits, tests/Goldens/grid_noise.py).
/// </summary>
internal sealed record GridGolden(
    double Sigma, int StepLog2, int Cells, IReadOnlyDictionary<int, int> Weights, int[] First, int[] RestIndices, int[] RestValues,
        string Hash)
{
    public static IReadOnlyList<GridGolden> All { get; } = Read();

    private static GridGolden[] Read()
    {
        using JsonDocument document =
            JsonDocument.Parse(File.ReadAllText(System.IO.Path.Combine(AppContext.BaseDirectory, "Goldens", "grid_noise.json")));
        return [.. document.RootElement.EnumerateArray().Select(entry => new GridGolden(
            double.Parse(entry.GetProperty("sigma").GetString()!, CultureInfo.InvariantCulture),
            entry.GetProperty("step_log2").GetInt32(),
            entry.GetProperty("cells").GetInt32(),
            entry.GetProperty("weights").EnumerateObject()
                .ToDictionary(item => int.Parse(item.Name, CultureInfo.InvariantCulture), item => item.Value.GetInt32()),
            Numbers(entry.GetProperty("first")),
            Numbers(entry.GetProperty("rest_indices")),
            Numbers(entry.GetProperty("rest_values")),
            entry.GetProperty("sha256_int32").GetString()!))];
    }

    private static int[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(item => item.GetInt32())];
}
