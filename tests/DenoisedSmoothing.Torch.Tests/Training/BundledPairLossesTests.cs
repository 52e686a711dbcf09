using System.Text.Json;
using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Training;

/// <summary>
/// The bundled pair's training (samples/Train) starts with the losses that it had when the pair was made:
/// tests/Goldens/training/bundled_pair_losses.json, recorded from version 0.1's trainers on the 500 bundled images. On the machine where
/// it was recorded they are equal to the last bit; others may round.
/// </summary>
public class BundledPairLossesTests
{
    private static readonly JsonElement s_golden = TrainingGolden.Read("bundled_pair_losses.json");

    [Fact]
    public void Denoiser_losses_are_those_recorded()
    {
        using nn.Module<Tensor, Tensor, Tensor> network = FashionMnistPair.NewDenoiserNetwork();
        NoisePrediction objective = new(new DiffusionModel(
            network, FashionMnistPair.Schedule, lastTimestep: FashionMnistPair.LastTimestep));
        Losses(objective, new OptimizerRecipe(), new() { Steps = 6, BatchSize = 64, Seed = 1,
            Initialization = WeightInitialization.Linear }).ShouldBe("denoiser");
    }

    [Fact]
    public void Classifier_losses_are_those_recorded()
    {
        using nn.Module<Tensor, Tensor> network = FashionMnistPair.NewClassifierNetwork();
        using ModuleClassifier classifier = new(network, 10);
        TrainingOptions options = new() { Steps = 6, Seed = 1, Augmentation = new() { Shift = 2, Mirror = true, Soften = 1 },
            Initialization = WeightInitialization.Relu };
        OptimizerRecipe recipe = new() { LearningRate = 3e-3, WeightDecay = .05, EmaDecay = .998 };
        Losses(new CrossEntropy(classifier) { LabelSmoothing = .05 }, recipe, options).ShouldBe("classifier");
    }

    private static Recorded Losses(ITrainingObjective objective, OptimizerRecipe recipe, TrainingOptions options)
    {
        Recorder recorder = new(objective);
        new Trainer(recorder, recipe, options).Train(FashionMnistPair.TestImages());
        return new(recorder.Losses);
    }

    private sealed record Recorded(IReadOnlyList<double> Losses)
    {
        public void ShouldBe(string name)
        {
            double[] expected = [.. s_golden.GetProperty(name).EnumerateArray().Select(loss => loss.GetDouble())];
            Losses.Should().HaveSameCount(expected);
            for (int step = 0; step < expected.Length; step++)
                Losses[step].Should().BeApproximately(expected[step], 1e-4 * expected[step], "step {0}", step);
        }
    }

    private sealed class Recorder(ITrainingObjective inner) : ITrainingObjective
    {
        public List<double> Losses { get; } = [];

        public nn.Module Network => inner.Network;

        public string Settings => inner.Settings;

        public Tensor Loss(TrainingBatch batch, StepRandom random)
        {
            Tensor loss = inner.Loss(batch, random);
            Losses.Add(loss.item<float>());
            return loss;
        }
    }
}
