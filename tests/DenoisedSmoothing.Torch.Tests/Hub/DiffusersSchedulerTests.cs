using System.Text.Json;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Hub;

namespace DenoisedSmoothing.Torch.Tests.Hub;

/// <summary>Against the schedulers of huggingface/diffusers v0.27.2 (diffusers.json).</summary>
public class DiffusersSchedulerTests
{
    [Fact]
    public void AlphaBar_of_every_scheduler_equals_the_reference()
    {
        int compared = 0;
        HashSet<string> names = [];
        foreach (JsonElement row in DiffusersGolden.Schedules().EnumerateArray())
        {
            string name = row.GetProperty("class").GetString()!;
            names.Add(name);
            JsonElement config = row.GetProperty("config");
            INoiseSchedule schedule = DiffusersScheduler.Of(DiffusersGolden.Config(config, name)).Schedule!;
            // The last timestep of such a schedule is pure noise, and no noise level.
            bool pure = config.TryGetProperty("rescale_betas_zero_snr", out _);
            schedule.TimestepCount.Should().Be(row.GetProperty("count").GetInt32() - (pure ? 1 : 0));
            foreach ((JsonElement at, JsonElement bar) in row.GetProperty("at").EnumerateArray()
                .Zip(row.GetProperty("alpha_bar").EnumerateArray()))
            {
                int t = at.GetInt32();
                if (t >= schedule.TimestepCount)
                    continue;
                double golden = bar.GetDouble();
                // With no signal at the end, the reference subtracts float32 numbers that are nearly equal there.
                schedule.AlphaBar(t).Should().BeApproximately(golden, golden * (pure && t > schedule.TimestepCount - 50 ? 1e-3 : 1e-5),
                    $"{name} {config} at {t}");
                compared++;
            }
        }

        compared.Should().BeGreaterThan(700);
        // It imports torchsde, and shares the table of HeunDiscreteScheduler.
        names.Append("DPMSolverSDEScheduler").Should().BeEquivalentTo(DiffusersScheduler.Names.Where(name => !name.StartsWith("EDM")));
    }

    [Theory]
    [InlineData("""{"prediction_type":"epsilon"}""", Parametrization.Epsilon)]
    [InlineData("""{"prediction_type":"sample"}""", Parametrization.X0)]
    [InlineData("""{"prediction_type":"v_prediction"}""", Parametrization.V)]
    [InlineData("{}", Parametrization.Epsilon)]
    [InlineData("""{"predict_epsilon":false}""", Parametrization.X0)]
    public void Of_tells_what_the_network_predicts(string config, Parametrization predicts) =>
        Read(config, "DDIMScheduler").Parametrization.Should().Be(predicts);

    [Fact]
    public void Of_an_EDM_scheduler_has_levels_and_no_timesteps()
    {
        DiffusersScheduler edm = Read("""{"sigma_data":0.6,"sigma_max":70}""", "EDMEulerScheduler");
        (edm.Schedule, edm.DataDeviation, edm.LargestLevel).Should().Be((null, 0.6, 70.0));
        Read("{}", "EDMDPMSolverMultistepScheduler").Should().BeEquivalentTo(new { DataDeviation = 0.5, LargestLevel = 80.0 });
    }

    [Theory]
    [InlineData("DDPMScheduler", """{"beta_schedule":"laplace"}""", "*beta_schedule 'laplace'*squaredcos_cap_v2*")]
    [InlineData("DDPMScheduler", """{"prediction_type":"flow_prediction"}""", "*'flow_prediction'*v_prediction*")]
    [InlineData("DDPMScheduler", """{"num_train_timesteps":1}""", "*num_train_timesteps is 1*")]
    [InlineData("DDPMScheduler", """{"num_train_timesteps":"many"}""", "*'num_train_timesteps'*must be a number*")]
    [InlineData("DDPMScheduler", """{"num_train_timesteps":10.5}""", "*'num_train_timesteps'*whole number*")]
    [InlineData("DDPMScheduler", """{"beta_end":2}""", "*not make a schedule*")]
    [InlineData("DDPMScheduler", """{"trained_betas":[0.1,"x"]}""", "*'trained_betas'*number*")]
    [InlineData("DDPMScheduler", """{"trained_betas":[0.1]}""", "*not make a schedule*")]
    [InlineData("EulerDiscreteScheduler", """{"timestep_type":"continuous"}""", "*'timestep_type'*")]
    [InlineData("UniPCMultistepScheduler", """{"use_flow_sigmas":true}""", "*flow matching*")]
    [InlineData("EDMEulerScheduler", """{"prediction_type":"v_prediction"}""", "*epsilon*")]
    [InlineData("EDMEulerScheduler", """{"sigma_data":0}""", "*above 0*")]
    [InlineData("ScoreSdeVeScheduler", "{}", "*ScoreSdeVeScheduler*DDPMScheduler*")]
    [InlineData("FlowMatchEulerDiscreteScheduler", "{}", "*FlowMatchEulerDiscreteScheduler*")]
    [InlineData(null, "{}", "*does not name its scheduler*")]
    public void Of_what_is_not_known_says_what_it_saw(string? name, string config, string message) =>
        FluentActions.Invoking(() => Read(config, name)).Should().Throw<CheckpointException>().WithMessage(message);

    private static DiffusersScheduler Read(string config, string? name)
    {
        using JsonDocument document = JsonDocument.Parse(config);
        return DiffusersScheduler.Of(DiffusersGolden.Config(document.RootElement, name));
    }
}
