using System.Text.Json;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Sampling;
using DenoisedSmoothing.Schedules;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Training;

public sealed class TrainerTests : IDisposable
{
    private static readonly LabeledImages Images = TrainingFixture.Halves();
    private static readonly INoiseSchedule Schedule = new CosineSchedule(1000);
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Classifier_learns_what_is_easy()
    {
        using nn.Module<Tensor, Tensor> network = TrainingFixture.Classifier();
        CollectingProgress<TrainingProgress> progress = new();

        new ClassifierTrainer(network, Options(60)) { Augmentation = new Augmentation { Shift = 1, Soften = .5 }, LabelSmoothing = .01 }.Train(Images, progress);

        progress.Reports.Select(report => report.Step).Should().Equal(20, 40, 60);
        progress.Reports.Should().OnlyContain(report => report.Steps == 60);
        progress.Reports[^1].Loss.Should().BeLessThan(.5 * progress.Reports[0].Loss);
        network.training.Should().BeFalse();
        using DisposeScope scope = NewDisposeScope();
        int[] all = [.. Enumerable.Range(0, Images.Count)];
        network.call(Images.Images(all)).argmax(1).eq(Images.Labels(all)).all().item<bool>().Should().BeTrue();
    }

    [Fact]
    public void Denoiser_learns_to_predict_noise()
    {
        using nn.Module<Tensor, Tensor, Tensor> network = TrainingFixture.Denoiser();
        CollectingProgress<TrainingProgress> progress = new();

        new DiffusionTrainer(network, Schedule, Options(200)) { FirstTimestep = 300, LastTimestep = 799 }.Train(Images, progress);

        // An answer of nothing costs 1: the mean square of standard normals.
        progress.Reports[^1].Loss.Should().BeLessThan(.5).And.BeLessThan(.7 * progress.Reports[0].Loss);
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        Tensor clean = Images.Images([0, 1, 2, 3]), noise = .5 * randn(clean.shape, generator: new Generator(3));
        Tensor denoised = new OneShotDenoiser(network, Schedule, lastTimestep: 799).Denoise(clean + noise, new NoiseContext(.5));
        (denoised - clean).square().mean().item<float>().Should().BeLessThan(.5f * noise.square().mean().item<float>());
    }

    [Fact]
    public void Denoiser_is_trained_at_every_timestep_of_the_range_and_no_other()
    {
        using nn.Module<Tensor, Tensor, Tensor> network = TrainingFixture.Denoiser();
        List<float> seen = [];
        network.register_forward_hook((_, _, timesteps, output) =>
        {
            seen.AddRange(Testing.Images.ValuesOf(timesteps));
            return output;
        });

        new DiffusionTrainer(network, Schedule, Options(50)) { FirstTimestep = 40, LastTimestep = 49 }.Train(Images);

        // 600 draws of ten: the chance that one does not come up is 1e-26.
        seen.Distinct().Order().Should().Equal(Enumerable.Range(40, 10).Select(t => (float)t));
        seen.CountBy(t => t).Should().OnlyContain(count => count.Value > 25 && count.Value < 100);
    }

    [Fact]
    public void Denoiser_is_trained_at_the_chosen_timesteps_alone_and_fed_them_scaled()
    {
        using nn.Module<Tensor, Tensor, Tensor> network = TrainingFixture.Denoiser();
        List<float> seen = [];
        network.register_forward_hook((_, _, timesteps, output) =>
        {
            seen.AddRange(Testing.Images.ValuesOf(timesteps));
            return output;
        });

        new DiffusionTrainer(network, Schedule, Options(50)) { Timesteps = [700, 40, 250], TimestepScale = .25 }.Train(Images);

        seen.Distinct().Order().Should().Equal(10f, 62.5f, 175f);
        seen.CountBy(t => t).Should().OnlyContain(count => count.Value > 130 && count.Value < 270); // 200 expected, deviation 11.5
    }

    [Theory]
    [InlineData("classifier", 13)]
    [InlineData("denoiser", 13)]
    [InlineData("classifier", 20)] // a checkpoint of its own was written at this step
    [InlineData("denoiser", 0)] // cancelled before the first step
    [InlineData("unet", 13)] // weights, and so the optimizer's moments, that lie channels-last
    public void Resumed_run_equals_the_uninterrupted_one(string kind, int cancelAt)
    {
        Runner whole = new(kind), interrupted = new(kind), resumed = new(kind);
        whole.Train(Options(30), CancellationToken.None);
        TrainingOptions options = Options(30) with { CheckpointFolder = _folder, CheckpointEvery = 10 };
        using CancellationTokenSource source = new();
        interrupted.CancelAt(cancelAt, source);

        Action act = () => interrupted.Train(options, source.Token);
        act.Should().Throw<OperationCanceledException>();
        Directory.GetDirectories(_folder).Select(Path.GetFileName).Should().Equal($"step-{cancelAt:D8}");
        resumed.Train(options, CancellationToken.None);

        resumed.Steps.Should().Be(30 - cancelAt);
        TrainingFixture.Weights(resumed.Network).Should().Equal(TrainingFixture.Weights(whole.Network));
        TrainingFixture.Weights(whole.Network).Should().NotEqual(TrainingFixture.Weights(interrupted.Network));
    }

    [Fact]
    public void Finished_run_is_not_trained_again_and_gives_the_same_network()
    {
        TrainingOptions options = Options(10) with { CheckpointFolder = _folder };
        Runner first = new("classifier"), again = new("classifier");
        first.Train(options, CancellationToken.None);
        again.Train(options, CancellationToken.None);
        again.Steps.Should().Be(0);
        TrainingFixture.Weights(again.Network).Should().Equal(TrainingFixture.Weights(first.Network));
    }

    [Fact]
    public void Seed_decides_the_result()
    {
        Runner one = new("classifier"), same = new("classifier"), other = new("classifier");
        one.Train(Options(5), CancellationToken.None);
        same.Train(Options(5), CancellationToken.None);
        other.Train(Options(5) with { Seed = 9 }, CancellationToken.None);
        TrainingFixture.Weights(same.Network).Should().Equal(TrainingFixture.Weights(one.Network));
        TrainingFixture.Weights(other.Network).Should().NotEqual(TrainingFixture.Weights(one.Network));
    }

    [Fact]
    public void Cancelled_without_a_folder_just_stops()
    {
        Runner runner = new("denoiser");
        using CancellationTokenSource source = new();
        runner.CancelAt(3, source);
        Action act = () => runner.Train(Options(30), source.Token);
        act.Should().Throw<OperationCanceledException>();
        runner.Steps.Should().Be(3);
    }

    [Fact]
    public void Checkpoint_of_other_settings_is_refused_and_kept()
    {
        TrainingOptions options = Options(10) with { CheckpointFolder = _folder };
        new Runner("classifier").Train(options, CancellationToken.None);
        foreach (Action act in new Action[]
        {
            () => new Runner("classifier").Train(options with { LearningRate = .5 }, CancellationToken.None),
            () => new Runner("classifier").Train(options with { Seed = 5 }, CancellationToken.None),
            () => new Runner("denoiser").Train(options, CancellationToken.None),
            () => new ClassifierTrainer(TrainingFixture.Classifier(), options) { LabelSmoothing = .1 }.Train(Images),
            () => new ClassifierTrainer(TrainingFixture.Classifier(), options) { Augmentation = new Augmentation { Mirror = true } }.Train(Images),
            () => new ClassifierTrainer(TrainingFixture.Classifier(), options).Train(TrainingFixture.Halves(62)),
        })
        {
            act.Should().Throw<InvalidOperationException>().WithMessage($"*'{_folder}' holds a run under other settings*another checkpoint folder*there:*now:*");
        }

        Directory.GetDirectories(_folder).Should().ContainSingle();
        new Runner("classifier").Train(options with { CheckpointEvery = 3 }, CancellationToken.None); // does not decide the result
    }

    [Fact]
    public void Checkpoint_of_a_denoiser_under_another_schedule_or_range_is_refused()
    {
        TrainingOptions options = Options(5) with { CheckpointFolder = _folder };
        new DiffusionTrainer(TrainingFixture.Denoiser(), Schedule, options).Train(Images);
        Action schedule = () => new DiffusionTrainer(TrainingFixture.Denoiser(), new LinearSchedule(1000), options).Train(Images);
        Action range = () => new DiffusionTrainer(TrainingFixture.Denoiser(), Schedule, options) { LastTimestep = 500 }.Train(Images);
        schedule.Should().Throw<InvalidOperationException>().WithMessage("*other settings*");
        range.Should().Throw<InvalidOperationException>().WithMessage("*other settings*");
        Action chosen = () => new DiffusionTrainer(TrainingFixture.Denoiser(), Schedule, options) { Timesteps = [500] }.Train(Images);
        Action scale = () => new DiffusionTrainer(TrainingFixture.Denoiser(), Schedule, options) { TimestepScale = .5 }.Train(Images);
        chosen.Should().Throw<InvalidOperationException>().WithMessage("*other settings*");
        scale.Should().Throw<InvalidOperationException>().WithMessage("*other settings*");
    }

    [Fact]
    public void Checkpoint_half_written_is_ignored_and_cleared_away()
    {
        TrainingOptions options = Options(10) with { CheckpointFolder = _folder, CheckpointEvery = 4 };
        Directory.CreateDirectory(Path.Combine(_folder, "step-00000009.partial"));
        File.WriteAllText(Path.Combine(_folder, "step-00000009.partial", "network.safetensors"), "half");
        new Runner("classifier").Train(options, CancellationToken.None);
        Directory.GetDirectories(_folder).Select(Path.GetFileName).Should().Equal("step-00000010");
        string state = File.ReadAllText(Path.Combine(_folder, "step-00000010", "state.json"));
        JsonDocument.Parse(state).RootElement.GetProperty("Step").GetInt32().Should().Be(10);
    }

    [Fact]
    public void Resumption_is_logged()
    {
        CollectingLogger<ClassifierTrainer> logger = new();
        TrainingOptions options = Options(10) with { CheckpointFolder = _folder };
        new ClassifierTrainer(TrainingFixture.Classifier(), options, logger).Train(Images);
        logger.Entries.Should().BeEmpty();
        new ClassifierTrainer(TrainingFixture.Classifier(), options, logger).Train(Images);
        logger.Entries.Should().ContainSingle().Which.Text.Should().Contain("step 10 of 10");
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Divergence_is_an_error_and_is_not_saved(float poison)
    {
        Runner runner = new("denoiser");
        runner.At(7, () => poison);
        Action act = () => runner.Train(Options(30) with { CheckpointFolder = _folder, CheckpointEvery = 5 }, CancellationToken.None);
        act.Should().Throw<InvalidOperationException>().WithMessage("*step 7*diverged*Lower the learning rate*");
        Directory.GetDirectories(_folder).Select(Path.GetFileName).Should().Equal("step-00000005");
    }

    [Fact]
    public void Training_leaves_no_tensor()
    {
        using nn.Module<Tensor, Tensor> classifier = TrainingFixture.Classifier();
        using nn.Module<Tensor, Tensor, Tensor> denoiser = TrainingFixture.Denoiser();
        // Once before: gradients, which stay with their parameters, come with the first step.
        new ClassifierTrainer(classifier, Options(2)).Train(Images);
        new DiffusionTrainer(denoiser, Schedule, Options(2)).Train(Images);
        LiveTensors.ShouldNotChange(() => new ClassifierTrainer(classifier, Options(6) with { CheckpointFolder = _folder, CheckpointEvery = 3 }).Train(Images));
        LiveTensors.ShouldNotChange(() => new DiffusionTrainer(denoiser, Schedule, Options(6)).Train(Images));
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        foreach (TrainingOptions options in new[]
        {
            Options(0), Options(5) with { BatchSize = 0 }, Options(5) with { WarmupSteps = -1 }, Options(5) with { CheckpointEvery = 0 },
            Options(5) with { LearningRate = 0 }, Options(5) with { LearningRate = double.NaN }, Options(5) with { WeightDecay = -1 },
            Options(5) with { EmaDecay = 1 }, Options(5) with { ClipGradientNorm = 0 },
        })
        {
            Action classifier = () => _ = new ClassifierTrainer(TrainingFixture.Classifier(), options);
            Action denoiser = () => _ = new DiffusionTrainer(TrainingFixture.Denoiser(), Schedule, options);
            classifier.Should().Throw<ArgumentException>();
            denoiser.Should().Throw<ArgumentException>();
        }
    }

    [Fact]
    public void Settings_of_a_trainer_out_of_range_are_refused_before_any_work()
    {
        nn.Module<Tensor, Tensor> network = TrainingFixture.Classifier();
        string[] before = TrainingFixture.Weights(network);
        foreach (Action act in new Action[]
        {
            () => new ClassifierTrainer(network, Options(5)) { LabelSmoothing = 1 }.Train(Images),
            () => new ClassifierTrainer(network, Options(5)) { LabelSmoothing = double.NaN }.Train(Images),
            () => new ClassifierTrainer(network, Options(5)) { Augmentation = new Augmentation { Shift = -1 } }.Train(Images),
            () => new ClassifierTrainer(network, Options(5)) { Augmentation = new Augmentation { Soften = 1.5 } }.Train(Images),
            () => new ClassifierTrainer(network, Options(5)).Train(TrainingFixture.Halves(0)),
            () => new DiffusionTrainer(TrainingFixture.Denoiser(), Schedule, Options(5)).Train(TrainingFixture.Halves(0)),
            () => new DiffusionTrainer(TrainingFixture.Denoiser(), Schedule, Options(5)) { FirstTimestep = -1 }.Train(Images),
            () => new DiffusionTrainer(TrainingFixture.Denoiser(), Schedule, Options(5)) { LastTimestep = 1000 }.Train(Images),
            () => new DiffusionTrainer(TrainingFixture.Denoiser(), Schedule, Options(5)) { FirstTimestep = 6, LastTimestep = 5 }.Train(Images),
            () => new DiffusionTrainer(TrainingFixture.Denoiser(), Schedule, Options(5)) { Timesteps = [] }.Train(Images),
            () => new DiffusionTrainer(TrainingFixture.Denoiser(), Schedule, Options(5)) { Timesteps = [5, 1000] }.Train(Images),
            () => new DiffusionTrainer(TrainingFixture.Denoiser(), Schedule, Options(5)) { Timesteps = [5, 5] }.Train(Images),
            () => new DiffusionTrainer(TrainingFixture.Denoiser(), Schedule, Options(5)) { TimestepScale = 0 }.Train(Images),
        })
        {
            Exception error = act.Should().Throw<Exception>().Which;
            (error is ArgumentException or InvalidOperationException).Should().BeTrue("{0}", error);
        }

        TrainingFixture.Weights(network).Should().Equal(before);
    }

    private static TrainingOptions Options(int steps) => new() { Steps = steps, BatchSize = 12, LearningRate = 1e-2, WarmupSteps = 3, EmaDecay = .9, Seed = 4 };

    /// <summary>Trains one kind of network, counting its forward passes and stepping in at one of them.</summary>
    private sealed class Runner
    {
        private readonly Func<TrainingOptions, Action<CancellationToken>> _train;
        private Func<float>? _act;
        private int _at = -1;

        public Runner(string kind)
        {
            if (kind == "classifier")
            {
                nn.Module<Tensor, Tensor> inner = TrainingFixture.Classifier();
                Network = inner;
                inner.register_forward_hook((_, _, output) => Watch(output));
                _train = options => token => new ClassifierTrainer(inner, options) { Augmentation = new Augmentation { Shift = 2, Mirror = true, Soften = .5 } }.Train(Images, null, token);
            }
            else
            {
                nn.Module<Tensor, Tensor, Tensor> inner = kind == "unet" ? TrainingFixture.UNet() : TrainingFixture.Denoiser();
                Network = inner;
                inner.register_forward_hook((_, _, _, output) => Watch(output));
                _train = options => token => new DiffusionTrainer(inner, Schedule, options).Train(Images, null, token);
            }
        }

        public nn.Module Network { get; }

        public int Steps { get; private set; }

        public void Train(TrainingOptions options, CancellationToken token) => _train(options)(token);

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

        /// <summary>Multiplies the output of one step, counted from 0.</summary>
        public void At(int step, Func<float> act) => (_at, _act) = (step, act);

        private Tensor Watch(Tensor output) => Steps++ == _at ? output * _act!() : output;
    }
}
