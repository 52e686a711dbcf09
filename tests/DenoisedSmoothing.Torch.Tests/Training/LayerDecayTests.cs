using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Training;

/// <summary>
/// What one step changes, parameter by parameter: under AdamW the first step is the learning rate times the gradient's sign.
/// </summary>
public class LayerDecayTests
{
    private const double Rate = 1e-3, Decay = 0.5;

    private static readonly OptimizerRecipe s_plain = new()
    {
        LearningRate = Rate,
        Schedule = LearningRateSchedule.Constant,
        WarmupSteps = 0,
        ClipGradientNorm = null,
        EmaDecay = 0,
    };

    [Fact]
    public void Train_with_decay_by_layer_changes_first_layers_least()
    {
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> plain = Change(s_plain), decayed = Change(s_plain with { LayerDecay = Decay });

        foreach (var (name, change) in plain)
        {
            int behind = 3 - TransformerLayers.Of(name, 2); // layers: tokens, two numbered ones, head
            Far(decayed[name], change * Math.Pow(Decay, behind)).Should().BeLessThan(1e-7, name);
        }

        Far(decayed["vit.embeddings.cls_token"], plain["vit.embeddings.cls_token"]).Should().BeGreaterThan(1e-4);
    }

    [Fact]
    public void Train_decays_matrices_only_where_asked_and_by_the_step()
    {
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> start = Start(), without = Change(s_plain), all = Change(s_plain with { WeightDecay = 10 }),
            matrices = Change(s_plain with { WeightDecay = 10, DecaysMatricesOnly = true }),
            rising = Change(s_plain with { WeightDecay = 0, FinalWeightDecay = 10, DecaysMatricesOnly = true });

        foreach (string name in start.Keys)
        {
            Tensor shrink = start[name] * (-Rate * 10);
            Far(all[name], without[name] + shrink).Should().BeLessThan(1e-6, name);
            bool spared = start[name].dim() == 1 || name is "vit.embeddings.cls_token" or "vit.embeddings.position_embeddings";
            Far(matrices[name], spared ? without[name] : without[name] + shrink).Should().BeLessThan(1e-6, name);
            Far(rising[name], without[name]).Should().BeLessThan(1e-6, "the cosine begins at 0");
        }

        Dictionary<string, Tensor> second = Change(s_plain with { FinalWeightDecay = 10, DecaysMatricesOnly = true }, steps: 2),
            none = Change(s_plain, steps: 2);
        Far(second["classifier.weight"], none["classifier.weight"]).Should().BeGreaterThan(1e-4, "half way it is 5");
        Far(second["classifier.bias"], none["classifier.bias"]).Should().BeLessThan(1e-5);
    }

    [Fact]
    public void Train_clips_each_gradient_by_itself()
    {
        using DisposeScope scope = NewDisposeScope();
        OptimizerRecipe sgd = OptimizerRecipe.Sgd(1, LearningRateSchedule.Constant) with { Momentum = 0, WeightDecay = 0 };
        Dictionary<string, Tensor> free = Change(sgd), clipped = Change(sgd with { ClipEachGradientNorm = 1e-3 });

        foreach (var (name, gradient) in free)
        {
            double length = gradient.norm().item<float>(), most = Math.Min(length, 1e-3);
            clipped[name].norm().item<float>().Should().BeApproximately((float)most, 1e-6f, name);
        }

        free.Values.Count(its => its.norm().item<float>() > 1e-3).Should().BeGreaterThan(5);
    }

    [Fact]
    public void Train_decay_by_layer_needs_a_transformer()
    {
        Action act = () => new Trainer(new CrossEntropy(TrainingFixture.Classifier()), s_plain with { LayerDecay = .9 },
            TrainingFixture.Options(1)).Train(TrainingFixture.Halves());
        act.Should().Throw<ArgumentException>().WithMessage("*no numbered layers*leave LayerDecay at 1*");
    }

    private static Dictionary<string, Tensor> Start()
    {
        using ModuleClassifier classifier = TrainingFixture.Transformer();
        return Copy(classifier);
    }

    private static Dictionary<string, Tensor> Change(OptimizerRecipe recipe, int steps = 1)
    {
        using ModuleClassifier classifier = TrainingFixture.Transformer();
        Dictionary<string, Tensor> before = Copy(classifier);
        new Trainer(new CrossEntropy(classifier), recipe, TrainingFixture.Options(steps) with { Initialization = null })
            .Train(TrainingFixture.Halves());
        return Copy(classifier).ToDictionary(its => its.Key, its => its.Value - before[its.Key]);
    }

    private static Dictionary<string, Tensor> Copy(ModuleClassifier classifier) => ((nn.Module)classifier.Network).named_parameters()
        .ToDictionary(its => its.name, its => its.parameter.detach().clone());

    private static double Far(Tensor one, Tensor other) => (one - other).abs().max().item<float>();
}
