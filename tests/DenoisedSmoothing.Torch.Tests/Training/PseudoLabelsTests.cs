using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Training;

public class PseudoLabelsTests
{
    private static readonly LabeledImages s_further = TrainingFixture.Halves(6);

    [Fact]
    public void Half_of_the_steps_see_further_images_with_their_labels_at_their_weight()
    {
        using DisposeScope scope = NewDisposeScope();
        Seen inner = new();
        PseudoLabels objective = new(inner, s_further) { Weight = .5 };
        int further = 0;
        for (int step = 0; step < 400; step++)
        {
            using StepRandom random = new(1, step);
            double loss = objective.Loss(Batch(step), random).item<float>();
            TrainingBatch batch = inner.Batch!;
            batch.Step.Should().Be(step);
            if (batch.Images.sum().item<float>() == 0)
            {
                loss.Should().Be(1);
                continue;
            }

            further++;
            loss.Should().Be(.5);
            batch.Labels.data<long>().ToArray().Should().Equal(batch.Indices.Select(index => (long)s_further.Label(index)));
            batch.Images.shape.Should().Equal(3, 1, 8, 8);
        }

        further.Should().BeInRange(150, 250); // 200 expected, deviation 10
    }

    [Fact]
    public void Images_of_another_shape_are_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        Action act = () => new PseudoLabels(new Seen(), s_further).Loss(
            TrainingGolden.Batch(zeros(1, 1, 4, 4), zeros(1, ScalarType.Int64), 2), new GivenNoise([]));
        act.Should().Throw<ArgumentException>().WithMessage("*1x8x8 of 2 classes*1x4x4 of 2*");
    }

    private static TrainingBatch Batch(int step) => new()
    {
        Images = zeros(3, 1, 8, 8),
        Labels = zeros(3, ScalarType.Int64),
        ClassCount = 2,
        Step = step,
    };

    private sealed class Seen : ITrainingObjective
    {
        public TrainingBatch? Batch { get; private set; }

        public nn.Module Network { get; } = nn.Linear(1, 1);

        public string Settings => "seen";

        public Tensor Loss(TrainingBatch batch, StepRandom random)
        {
            Batch = batch;
            return ones(1);
        }
    }
}
