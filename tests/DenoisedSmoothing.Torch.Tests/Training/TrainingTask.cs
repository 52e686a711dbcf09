using DenoisedSmoothing.Data;
using DenoisedSmoothing.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Training;

/// <summary>One kind of training, whose steps are counted and can be stepped into.</summary>
internal sealed class TrainingTask
{
    private readonly OptimizerRecipe _recipe = TrainingFixture.Recipe;
    private readonly Watched _objective;

    public TrainingTask(string kind)
    {
        if (kind == "sgd")
            _recipe = TrainingFixture.Sgd;
        if (kind == "transformer")
        {
            _recipe = TrainingFixture.Recipe with
            {
                LayerDecay = .65, DecaysMatricesOnly = true, WeightDecay = .04, FinalWeightDecay = .4, ClipEachGradientNorm = .3,
            };
        }

        _objective = new Watched(kind switch
        {
            "classifier" or "sgd" => new CrossEntropy(TrainingFixture.Classifier()),
            "transformer" => new CrossEntropy(TrainingFixture.Transformer()),
            "smoothed labels" => new CrossEntropy(TrainingFixture.Classifier()) { LabelSmoothing = .1 },
            "denoiser" => new NoisePrediction(TrainingFixture.Model(TrainingFixture.Denoiser())),
            "unet" => new NoisePrediction(TrainingFixture.Model(TrainingFixture.UNet())),
            "behind a denoiser" => new DenoisedCrossEntropy(TrainingFixture.Classifier(), new Inverter(), .1),
            "consistency" => new Consistency(TrainingFixture.Classifier(), .25),
            "stability" => new StabilityTraining(TrainingFixture.Classifier(), .25),
            "macer" => new Macer(TrainingFixture.Classifier(), .25) { Draws = 3 },
            "smoothadv" => new SmoothAdv(TrainingFixture.Classifier(), .25),
            _ => throw new ArgumentException(kind),
        });
    }

    public ITrainingObjective Objective => _objective;

    public nn.Module Network => _objective.Network;

    /// <summary>Finished steps.</summary>
    public int Steps => _objective.Batches.Count;

    /// <summary>Number and planned number of each step.</summary>
    public IReadOnlyList<(int Step, int Steps)> Batches => _objective.Batches;

    public void Train(
        TrainingOptions options, CancellationToken token = default, IProgress<TrainingProgress>? progress = null,
            OptimizerRecipe? recipe = null, LabeledImages? images = null) =>
        new Trainer(_objective, recipe ?? _recipe, options).Train(images ?? TrainingFixture.Halves(), progress, token);

    /// <summary>Cancels so that this many steps are done.</summary>
    public void CancelAt(int steps, CancellationTokenSource source)
    {
        if (steps == 0)
            source.Cancel();
        At(steps - 1, () =>
        {
            source.Cancel();
            return 1;
        });
    }

    /// <summary>Multiplies the loss of one step, counted from 0.</summary>
    public void At(int step, Func<float> act) => _objective.At = (step, act);

    private sealed class Watched(ITrainingObjective inner) : ITrainingObjective
    {
        public List<(int Step, int Steps)> Batches { get; } = [];

        public (int Step, Func<float> Act) At { get; set; } = (-1, () => 1);

        public nn.Module Network => inner.Network;

        public string Settings => inner.Settings;

        public Tensor Loss(TrainingBatch batch, StepRandom random)
        {
            Tensor loss = inner.Loss(batch, random);
            Batches.Add((batch.Step, batch.Steps));
            return Batches.Count - 1 == At.Step ? loss * At.Act() : loss;
        }
    }

    private sealed class Inverter : IDenoiser, IDescribed
    {
        public PartInfo Info => new("inverter");

        public Tensor Denoise(Tensor noisy, NoiseContext noise) => 1 - noisy;
    }
}
