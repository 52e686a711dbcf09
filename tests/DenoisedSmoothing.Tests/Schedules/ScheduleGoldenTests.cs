using System.Globalization;
using System.Text.Json;
using DenoisedSmoothing.Schedules;
using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.Schedules;

/// <summary>
/// Against tests/Goldens/schedules.json (openai/improved-diffusion) and field/tstar.tsv (the lookup of
/// ethz-privsec/diffusion_denoised_smoothing).
/// </summary>
public class ScheduleGoldenTests
{
    [Theory]
    [InlineData("cosine")]
    [InlineData("cosine1000")]
    [InlineData("linear")]
    [InlineData("linear4000")]
    public void AlphaBar_every_golden_timestep_matches_reference(string name)
    {
        using JsonDocument golden = Golden.Json("schedules.json");
        JsonElement entry = golden.RootElement.GetProperty("schedules").GetProperty(name);
        NoiseSchedule schedule = Make(entry);

        foreach (JsonProperty at in entry.GetProperty("alpha_bar").EnumerateObject())
        {
            double expected = at.Value.GetDouble();
            schedule.AlphaBar(Index(at)).Should().BeApproximately(expected, 1e-11 * expected, "timestep {0}", at.Name);
        }
    }

    [Theory]
    [InlineData("cosine")]
    [InlineData("cosine1000")]
    [InlineData("linear")]
    [InlineData("linear4000")]
    public void AlphaBar_beta_and_posterior_derived_from_it_match_reference(string name)
    {
        using JsonDocument golden = Golden.Json("schedules.json");
        JsonElement entry = golden.RootElement.GetProperty("schedules").GetProperty(name);
        NoiseSchedule schedule = Make(entry);

        foreach (JsonProperty at in entry.GetProperty("beta").EnumerateObject())
        {
            int t = Index(at);
            double now = schedule.AlphaBar(t), before = t == 0 ? 1 : schedule.AlphaBar(t - 1);
            double alpha = now / before, beta = 1 - alpha;

            // beta comes from a ratio near 1: its absolute error is a few 1e-16, whatever its size.
            beta.Should().BeApproximately(at.Value.GetDouble(), 1e-15, "beta of timestep {0}", t);
            (beta * Math.Sqrt(before) / (1 - now)).Should().BeApproximately(
                entry.GetProperty("posterior_mean_coef1").GetProperty(at.Name).GetDouble(), 1e-9, "coefficient of x0 at timestep {0}", t);
            ((1 - before) * Math.Sqrt(alpha) / (1 - now)).Should().BeApproximately(
                entry.GetProperty("posterior_mean_coef2").GetProperty(at.Name).GetDouble(), 1e-9, "coefficient of x at timestep {0}", t);
        }
    }

    [Theory]
    [InlineData("cosine")]
    [InlineData("cosine1000")]
    [InlineData("linear")]
    [InlineData("linear4000")]
    public void TimestepFor_twice_the_pixel_sigma_matches_reference(string name)
    {
        using JsonDocument golden = Golden.Json("schedules.json");
        JsonElement entry = golden.RootElement.GetProperty("schedules").GetProperty(name);
        NoiseSchedule schedule = Make(entry);

        foreach (JsonProperty at in entry.GetProperty("sigma_to_timestep_for_unit_pixel_sigma").EnumerateObject())
        {
            double sigma = double.Parse(at.Name, CultureInfo.InvariantCulture);
            int t = schedule.TimestepFor(2 * sigma);

            t.Should().Be(at.Value.GetProperty("reference_t").GetInt32(), "sigma {0}", sigma);
            Ratio(schedule, t).Should().BeApproximately(at.Value.GetProperty("reference_sigma").GetDouble(), 1e-9, "sigma {0}", sigma);
        }
    }

    [Fact]
    public void TimestepFor_every_row_of_the_field_table_matches()
    {
        List<string[]> rows = [.. Golden.Rows("field/tstar.tsv")];
        rows.Should().HaveCount(22);
        foreach (string[] row in rows)
        {
            int count = int.Parse(row[1], CultureInfo.InvariantCulture);
            NoiseSchedule schedule = row[0] == "cosine" ? new CosineSchedule(count) : new LinearSchedule(count);
            double ratio = 2 * Number(row[2]);
            int t = schedule.TimestepFor(ratio);

            t.Should().Be(int.Parse(row[3], CultureInfo.InvariantCulture), "{0} at sigma {1}", row[0], row[2]);
            Math.Sqrt(schedule.AlphaBar(t)).Should().BeApproximately(Number(row[5]), 1e-11);
            Math.Sqrt(1 - schedule.AlphaBar(t)).Should().BeApproximately(Number(row[6]), 1e-11);
            (Ratio(schedule, t) / 2).Should().BeApproximately(Number(row[7]), 1e-8);
        }
    }

    [Fact]
    public void ClosedFormTimestep_every_cosine_row_of_the_field_table_matches()
    {
        foreach (string[] row in Golden.Rows("field/tstar.tsv").Where(row => row[0] == "cosine"))
        {
            double t = CosineSchedule.ClosedFormTimestep(2 * Number(row[2]), int.Parse(row[1], CultureInfo.InvariantCulture));

            t.Should().BeApproximately(Number(row[8]), 1e-6, "sigma {0}", row[2]);
            Math.Ceiling(t - 1).Should().Be(int.Parse(row[3], CultureInfo.InvariantCulture), "sigma {0}", row[2]);
        }
    }

    private static NoiseSchedule Make(JsonElement entry)
    {
        int count = entry.GetProperty("T").GetInt32();
        return entry.GetProperty("schedule").GetString() == "cosine" ? new CosineSchedule(count) : new LinearSchedule(count);
    }

    private static double Ratio(NoiseSchedule schedule, int t) => Math.Sqrt((1 - schedule.AlphaBar(t)) / schedule.AlphaBar(t));

    private static int Index(JsonProperty at) => int.Parse(at.Name, CultureInfo.InvariantCulture);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
