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
    public void Schedule_warm_cosine_is_that_of_FT_CADIS()
    {
        JsonElement golden = File("ft_cadis");
        double rate = golden.GetProperty("base_lr").GetDouble(), epochs = golden.GetProperty("epochs").GetDouble();
        OptimizerRecipe recipe = new()
        {
            LearningRate = rate,
            WarmupSteps = 0,
            Schedule = LearningRateSchedule.WarmCosine(golden.GetProperty("warmup_epochs").GetDouble() / epochs,
                golden.GetProperty("min_lr").GetDouble() / rate),
        };
        foreach (JsonElement point in golden.GetProperty("points").EnumerateArray())
        {
            int step = (int)(point.GetProperty("epoch").GetDouble() * 100);
            recipe.LearningRateAt(step, (int)epochs * 100, 0).Should().BeApproximately(point.GetProperty("lr").GetDouble(), 1e-18);
        }
    }

    [Fact]
    public void Layers_of_a_vision_transformer_have_the_factors_of_FT_CADIS()
    {
        string[] names = [.. Enumerable.Range(0, 12).Select(i => $"vit.encoder.layer.{i}.output.dense.weight")];
        int count = TransformerLayers.CountOf(names);
        count.Should().Be(12);
        foreach (JsonElement golden in File("ft_cadis").GetProperty("layer_decay_vit_b").EnumerateArray())
        {
            string[] its = golden.GetProperty("layer").GetInt32() switch
            {
                0 => ["vit.embeddings.cls_token", "vit.embeddings.patch_embeddings.projection.weight", "vit.embeddings.position_embeddings",
                    "cls_token", "pos_embed", "patch_embed.proj.bias"],
                13 => ["vit.layernorm.weight", "classifier.bias", "norm.weight", "head.weight", "fc_norm.bias"],
                int layer => [$"vit.encoder.layer.{layer - 1}.attention.output.dense.bias", $"blocks.{layer - 1}.attn.qkv.weight"],
            };
            foreach (string name in its)
                Math.Pow(.65, 13 - TransformerLayers.Of(name, count)).Should().BeApproximately(
                    golden.GetProperty("scale_0.65").GetDouble(), 1e-15, name);
        }

        TransformerLayers.CountOf(["layer1.0.conv1.weight", "fc.bias"]).Should().Be(0, "a ResNet's stages are no such layers");
        TransformerLayers.CountOf(Array.Empty<string>()).Should().Be(0);
    }

    [Fact]
    public void WeightDecayAt_goes_along_half_a_cosine()
    {
        OptimizerRecipe recipe = new() { WeightDecay = .04, FinalWeightDecay = .4 };
        recipe.WeightDecayAt(0, 100).Should().BeApproximately(.04, 1e-15);
        recipe.WeightDecayAt(50, 100).Should().BeApproximately(.22, 1e-15);
        recipe.WeightDecayAt(100, 100).Should().BeApproximately(.4, 1e-15);
        (recipe with { FinalWeightDecay = null }).WeightDecayAt(70, 100).Should().Be(.04);
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
            adam with { ClipEachGradientNorm = 0 }, adam with { ClipEachGradientNorm = double.NaN }, adam with { FinalWeightDecay = -1 },
            adam with { FinalWeightDecay = double.NaN }, adam with { LayerDecay = 0 }, adam with { LayerDecay = 1.1 },
            adam with { LayerDecay = double.NaN }, sgd with { LayerDecay = .9 }, sgd with { FinalWeightDecay = .1 },
            sgd with { DecaysMatricesOnly = true },
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
            () => LearningRateSchedule.WarmCosine(1, 0), () => LearningRateSchedule.WarmCosine(-.1, 0),
            () => LearningRateSchedule.WarmCosine(.1, 1.1), () => LearningRateSchedule.WarmCosine(double.NaN, 0),
        })
        {
            act.Should().Throw<ArgumentException>();
        }
    }

    private static double Rate(LearningRateSchedule schedule, JsonElement point) =>
        OptimizerRecipe.Sgd(.1, schedule).LearningRateAt(7, 10, point.GetProperty("epoch").GetInt32());

    private static IEnumerable<JsonElement> Golden(string name) => File(name).EnumerateArray();

    private static JsonElement File(string name) =>
        JsonDocument.Parse(System.IO.File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Goldens", "training", "schedules.json")))
            .RootElement.GetProperty(name);
}
