using System.Globalization;
using System.Text.Json;
using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.Bounds;

public class NormalQuantileTests
{
    public static TheoryData<string> Goldens => ["statistics.json", "statistics_extra.json"];

    [Theory]
    [MemberData(nameof(Goldens))]
    public void Lower_and_Upper_golden_values_enclose_and_are_close(string file)
    {
        using JsonDocument golden = Golden.Json(file);
        foreach (JsonElement row in golden.RootElement.GetProperty("normal_quantile").EnumerateArray())
        {
            JsonElement p = row.GetProperty("p");
            bool decimalNumber = p.ValueKind == JsonValueKind.String;
            double at = decimalNumber ? double.Parse(p.GetString()!, CultureInfo.InvariantCulture) : p.GetDouble();
            Exact z = Exact.Parse(row.GetProperty("z").GetString()!);

            // The 25-digit file takes p as the decimal number, not the double nearest to it, which moves z by up to p's spacing / density.
            double approximate = NormalQuantile.Lower(at);
            double moved = Math.BitIncrement(at) - at;
            double slack = !decimalNumber || approximate == 0 ? 0
                : moved / MathNet.Numerics.Distributions.Normal.PDF(0, 1, approximate) / Math.Abs(approximate);
            z.RelativeGapOf(NormalQuantile.Lower(at)).Should().BeInRange(-3e-14 - slack, slack, "p={0}", at);
            z.RelativeGapOf(NormalQuantile.Upper(at)).Should().BeInRange(-slack, 3e-14 + slack, "p={0}", at);
        }
    }

    [Fact]
    public void Lower_golden_values_leaves_most_of_the_guard_unused()
    {
        using JsonDocument golden = Golden.Json("statistics_extra.json");
        double worst = golden.RootElement.GetProperty("normal_quantile").EnumerateArray()
            .Max(row => Math.Abs(Exact.Parse(row.GetProperty("z").GetString()!)
                .RelativeGapOf(MathNet.Numerics.Distributions.Normal.InvCDF(0, 1, row.GetProperty("p").GetDouble()))));

        worst.Should().BeLessThan(1e-15);
    }
}
