using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Training;

public sealed class TrainerTests : IDisposable
{
    private static readonly LabeledImages Images = TrainingFixture.Halves();
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Train_learns_what_is_easy_reports_and_leaves_evaluation_mode()
    {
        TrainingTask task = new("classifier");
        CollectingProgress<TrainingProgress> progress = new();

        task.Train(Options(60) with { Augmentation = new() { Shift = 1, Soften = .5 } }, progress: progress);

        progress.Reports.Select(report => report.Step).Should().Equal(20, 40, 60);
        progress.Reports.Should().OnlyContain(report => report.Steps == 60);
        progress.Reports[^1].Loss.Should().BeLessThan(.5 * progress.Reports[0].Loss);
        task.Network.training.Should().BeFalse();
    }

    [Fact]
    public void Train_gives_the_objective_every_image_once_an_epoch_with_its_label_and_place()
    {
        BatchRecorder recorder = new();

        new Trainer(recorder, TrainingFixture.Recipe, Options(16) with { BatchSize = 8, Seed = 7 }).Train(Images);

        recorder.Steps.Should().Equal(Enumerable.Range(0, 16));
        recorder.Epochs.Should().Equal([.. Enumerable.Repeat(0, 8), .. Enumerable.Repeat(1, 8)]);
        recorder.Indices[..64].Order().Should().Equal(Enumerable.Range(0, 64));
        recorder.Indices[64..].Order().Should().Equal(Enumerable.Range(0, 64));
        recorder.Indices[..64].Should().NotEqual(recorder.Indices[64..]);
        recorder.Labels.Should().Equal(recorder.Indices.Select(index => (long)Images.Label(index)));
        recorder.Pixels.Should().Equal(recorder.Indices.Select(index => Images.Pixels(index)[0] / 255f));
    }

    [Theory]
    [InlineData("classifier", 13)]
    [InlineData("denoiser", 13)]
    [InlineData("behind a denoiser", 13)]
    [InlineData("consistency", 13)]
    [InlineData("stability", 13)]
    [InlineData("macer", 13)]
    [InlineData("smoothadv", 13)]
    [InlineData("sgd", 13)]
    [InlineData("transformer", 13)] // a group of parameters for each layer
    [InlineData("classifier", 20)] // a checkpoint of its own was written at this step
    [InlineData("denoiser", 0)] // cancelled before the first step
    [InlineData("unet", 13)] // weights, and so the optimizer's moments, that lie channels-last
    public void Train_resumed_equals_the_uninterrupted_run(string kind, int cancelAt)
    {
        TrainingTask whole = new(kind), interrupted = new(kind), resumed = new(kind);
        whole.Train(Options(30));
        TrainingOptions options = Options(30) with { CheckpointFolder = _folder, CheckpointEvery = 10 };
        using CancellationTokenSource source = new();
        interrupted.CancelAt(cancelAt, source);

        Action act = () => interrupted.Train(options, source.Token);
        act.Should().Throw<OperationCanceledException>();
        Directory.GetDirectories(_folder).Select(Path.GetFileName).Should().Equal($"step-{cancelAt:D8}");
        resumed.Train(options);

        resumed.Steps.Should().Be(30 - cancelAt);
        TrainingFixture.Weights(resumed.Network).Should().Equal(TrainingFixture.Weights(whole.Network));
        TrainingFixture.Weights(whole.Network).Should().NotEqual(TrainingFixture.Weights(interrupted.Network));
    }

    [Fact]
    public void Train_finished_run_is_not_trained_again_and_gives_the_same_network()
    {
        TrainingOptions options = Options(10) with { CheckpointFolder = _folder };
        TrainingTask first = new("classifier"), again = new("classifier");
        first.Train(options);
        again.Train(options);
        again.Steps.Should().Be(0);
        TrainingFixture.Weights(again.Network).Should().Equal(TrainingFixture.Weights(first.Network));
    }

    [Fact]
    public void Train_seed_decides_the_result()
    {
        TrainingTask one = new("classifier"), same = new("classifier"), other = new("classifier");
        one.Train(Options(5));
        same.Train(Options(5));
        other.Train(Options(5) with { Seed = 9 });
        TrainingFixture.Weights(same.Network).Should().Equal(TrainingFixture.Weights(one.Network));
        TrainingFixture.Weights(other.Network).Should().NotEqual(TrainingFixture.Weights(one.Network));
    }

    [Fact]
    public void Train_without_averaging_keeps_the_last_weights()
    {
        TrainingTask averaged = new("sgd"), last = new("sgd"), stored = new("sgd");
        averaged.Train(Options(20) with { CheckpointFolder = _folder }, recipe: TrainingFixture.Sgd with { EmaDecay = .9 });
        last.Train(Options(20), recipe: TrainingFixture.Sgd with { EmaDecay = 0 });
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(_folder, "step-00000020", "network.safetensors"));
        StateDict.Load(stored.Network, file);
        TrainingFixture.Weights(last.Network).Should().Equal(TrainingFixture.Weights(stored.Network))
            .And.NotEqual(TrainingFixture.Weights(averaged.Network));
    }

    [Fact]
    public void Train_cancelled_without_a_folder_just_stops()
    {
        TrainingTask task = new("denoiser");
        using CancellationTokenSource source = new();
        task.CancelAt(3, source);
        Action act = () => task.Train(Options(30), source.Token);
        act.Should().Throw<OperationCanceledException>();
        task.Steps.Should().Be(3);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Train_divergence_is_an_error_and_is_not_saved(float poison)
    {
        TrainingTask task = new("denoiser");
        task.At(7, () => poison);
        Action act = () => task.Train(Options(30) with { CheckpointFolder = _folder, CheckpointEvery = 5 });
        act.Should().Throw<InvalidOperationException>().WithMessage("*step 7*diverged*Lower the learning rate*");
        Directory.GetDirectories(_folder).Select(Path.GetFileName).Should().Equal("step-00000005");
    }

    [Fact]
    public void Train_loss_of_several_numbers_is_refused()
    {
        Action act = () => new Trainer(new BatchRecorder(lossPerImage: true), TrainingFixture.Recipe, Options(3)).Train(Images);
        act.Should().Throw<InvalidOperationException>().WithMessage("*one number*BatchRecorder*[12]*");
    }

    [Fact]
    public void Train_parameters_without_gradient_are_left_alone()
    {
        TrainingTask task = new("classifier");
        nn.Module head = task.Network.named_children().Single(child => child.name == "head").module;
        foreach (TorchSharp.Modules.Parameter parameter in head.parameters())
            parameter.requires_grad_(false);
        task.Train(Options(1));
        string[] initial = TrainingFixture.Weights(head);
        task.Train(Options(5));
        TrainingFixture.Weights(head).Should().Equal(initial, "initial weights are a function of the seed, and training changed nothing");
    }

    [Fact]
    public void Train_leaves_no_tensor()
    {
        foreach (string kind in new[] { "classifier", "denoiser", "behind a denoiser", "consistency", "stability", "macer", "smoothadv",
            "sgd", "transformer" })
        {
            TrainingTask task = new(kind);
            // Once before: gradients, which stay with their parameters, come with the first step.
            task.Train(Options(2));
            string folder = Path.Combine(_folder, kind);
            LiveTensors.ShouldNotChange(() => task.Train(Options(6) with { CheckpointFolder = folder, CheckpointEvery = 3 }));
        }
    }

    [Fact]
    public void Constructor_settings_out_of_range_are_refused()
    {
        TrainingOptions options = Options(5);
        foreach (TrainingOptions wrong in new[]
        {
            options with { Steps = 0 }, options with { BatchSize = 0 }, options with { CheckpointEvery = 0 },
            options with { Augmentation = new() { Shift = -1 } }, options with { Augmentation = new() { Soften = 1.5 } },
        })
        {
            Action act = () => _ = new Trainer(new BatchRecorder(), TrainingFixture.Recipe, wrong);
            act.Should().Throw<ArgumentException>();
        }

        Action recipe = () => _ = new Trainer(new BatchRecorder(), new OptimizerRecipe { LearningRate = 0 }, options);
        recipe.Should().Throw<ArgumentException>();
        Action none = () => new Trainer(new BatchRecorder(), TrainingFixture.Recipe, options).Train(TrainingFixture.Halves(0));
        none.Should().Throw<ArgumentException>().WithMessage("*no images*");
    }

    private static TrainingOptions Options(int steps) => TrainingFixture.Options(steps);

    /// <summary>Keeps what it is given; its loss has a gradient and no meaning.</summary>
    private sealed class BatchRecorder(bool lossPerImage = false) : ITrainingObjective
    {
        private readonly nn.Module<Tensor, Tensor> _network = nn.Linear(1, 1);

        public List<int> Steps { get; } = [];

        public List<int> Epochs { get; } = [];

        public List<int> Indices { get; } = [];

        public List<long> Labels { get; } = [];

        public List<float> Pixels { get; } = [];

        public nn.Module Network => _network;

        public string Settings => "recorder";

        public Tensor Loss(TrainingBatch batch, StepRandom random)
        {
            Steps.Add(batch.Step);
            Epochs.Add(batch.Epoch);
            Indices.AddRange(batch.Indices);
            Labels.AddRange(batch.Labels.data<long>().ToArray());
            Tensor first = batch.Images.flatten(1).narrow(1, 0, 1);
            Pixels.AddRange(Testing.Images.ValuesOf(first.contiguous()));
            Tensor perImage = _network.call(first).square().flatten();
            return lossPerImage ? perImage : perImage.mean();
        }
    }
}
