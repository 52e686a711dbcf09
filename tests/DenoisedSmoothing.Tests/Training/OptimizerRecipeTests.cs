using System.Text.Json;
using DenoisedSmoothing.Training;

namespace DenoisedSmoothing.Tests.Training;

public class OptimizerRecipeTests
{
    [Fact]
    public void Schedule_step_drops_at_the_epochs_of_Cohen_Salman_and_MACER()
    {
        // tests/Goldens/training/schedules.json: torch's StepLR, stepped before each epoch.
        foreach (JsonElement point in Golden("step_lr_cohen_salman_macer"))
            Rate(LearningRateSchedule.Step(50), point).Should().BeApproximately(point.GetProperty("lr").GetDouble(), 1e-15);
    }

    [Fact]
    public void Schedule_step_at_given_epochs_drops_one_epoch_late_as_the_repositories_of_Jeong_and_Shin()
    {
        foreach (JsonElement point in Golden("step_lr_one_epoch_late"))
            Rate(LearningRateSchedule.StepAt([51, 101]), point).Should().BeApproximately(point.GetProperty("lr").GetDouble(), 1e-15);
    }

    [Fact]
    public void LearningRateAt_warms_up_then_falls_along_a_cosine()
    {
        OptimizerRecipe recipe = new() { LearningRate = .01, WarmupSteps = 10 };
        recipe.LearningRateAt(0, 1000, 0).Should().BeApproximately(.001, 1e-9);
        recipe.LearningRateAt(4, 1000, 0).Should().BeApproximately(.005, 1e-6);
        recipe.LearningRateAt(500, 1000, 3).Should().BeApproximately(.005, 1e-15);
        recipe.LearningRateAt(1000, 1000, 6).Should().BeApproximately(0, 1e-15);
        recipe.LearningRateAt(250, 1000, 0).Should().BeApproximately(.01 * (1 + Math.Sqrt(.5)) / 2, 1e-15);
        (recipe with { Schedule = LearningRateSchedule.Constant }).LearningRateAt(999, 1000, 0).Should().Be(.01);
    }

    [Fact]
    public void Validate_refuses_settings_out_of_range()
    {
        OptimizerRecipe adam = new(), sgd = OptimizerRecipe.Sgd(.1);
        foreach (OptimizerRecipe wrong in new[]
        {
            adam with { LearningRate = 0 }, adam with { LearningRate = double.NaN }, adam with { LearningRate = double.PositiveInfinity },
                adam with { WarmupSteps = -1 },
            adam with { WeightDecay = -1 }, adam with { WeightDecay = double.PositiveInfinity }, adam with { EmaDecay = 1 },
                adam with { EmaDecay = double.NaN },
            adam with { ClipGradientNorm = 0 }, adam with { ClipGradientNorm = double.NaN }, adam with { Momentum = .9 },
                adam with { Nesterov = true },
            adam with { Method = (OptimizerMethod)7 }, sgd with { Momentum = 1 }, sgd with { Momentum = 0, Nesterov = true },
        })
        {
            Action act = wrong.Validate;
            act.Should().Throw<ArgumentException>().WithMessage("OptimizerRecipe: *");
        }

        adam.Validate();
        (sgd with { Nesterov = true }).Validate();
    }

    [Fact]
    public void Schedule_out_of_range_is_refused()
    {
        foreach (Action act in new Action[]
        {
            () => LearningRateSchedule.Step(0), () => LearningRateSchedule.Step(5, 0), () => LearningRateSchedule.Step(5, double.NaN),
                () => LearningRateSchedule.StepAt([]),
            () => LearningRateSchedule.StepAt([0]), () => LearningRateSchedule.StepAt([5, 5]), () =>
                LearningRateSchedule.StepAt([5], double.PositiveInfinity),
        })
        {
            act.Should().Throw<ArgumentException>();
        }
    }

    private static double Rate(LearningRateSchedule schedule, JsonElement point) =>
        OptimizerRecipe.Sgd(.1, schedule).LearningRateAt(7, 10, point.GetProperty("epoch").GetInt32());

    private static IEnumerable<JsonElement> Golden(string name) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Goldens", "training", "schedules.json")))
            .RootElement.GetProperty(name).EnumerateArray();
}
