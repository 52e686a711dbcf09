using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Sampling;
using DenoisedSmoothing.Schedules;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Training;

public sealed class FinetuneTrainerTests : IDisposable
{
    private static readonly LabeledImages Images = TrainingFixture.Halves();
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Train_behind_a_denoiser_learns_from_its_results_and_leaves_evaluation_mode()
    {
        using ModuleClassifier classifier = NewClassifier();
        CollectingProgress<TrainingProgress> progress = new();

        new FinetuneTrainer(classifier, new Inverter(), .1, Options(60)).Train(Images, progress);

        progress.Reports[^1].Loss.Should().BeLessThan(.5 * progress.Reports[0].Loss);
        using DisposeScope scope = NewDisposeScope();
        int[] all = [.. Enumerable.Range(0, Images.Count)];
        classifier.Classify(1 - Images.Images(all)).argmax(1).eq(Images.Labels(all)).all().item<bool>().Should().BeTrue();
        classifier.Classify(Images.Images(all)).argmax(1).eq(Images.Labels(all)).all().item<bool>().Should().BeFalse("it never saw an image that was not inverted");
    }

    [Fact]
    public void Train_draws_noise_of_sigma_afresh_at_every_sight()
    {
        using ModuleClassifier classifier = NewClassifier();
        List<float[]> seen = [];
        LabeledImages grey = new(Enumerable.Repeat((byte)51, 64 * 64).ToArray(), new byte[64], 1, 8, 8, ["left", "right"]);

        new FinetuneTrainer(classifier, new Watcher(seen), .5, Options(30)).Train(grey);

        float[] all = [.. seen.SelectMany(batch => batch)];
        double mean = all.Average(), deviation = Math.Sqrt(all.Average(x => (x - mean) * (x - mean)));
        // 23,040 normals: four standard errors are .013 for the mean and .0094 for the deviation.
        mean.Should().BeApproximately(.2, .013);
        deviation.Should().BeApproximately(.5, .0094);
        all.Distinct().Count().Should().BeGreaterThan(all.Length - 30, "no batch sees another's noise");
    }

    [Fact]
    public void Train_draws_inner_noise_apart_from_the_noise_on_the_images()
    {
        using ModuleClassifier classifier = NewClassifier();
        List<float[]> seen = [];
        LabeledImages black = new(new byte[64 * 64], new byte[64], 1, 8, 8, ["left", "right"]);

        new FinetuneTrainer(classifier, new Watcher(seen, inner: true), 1, Options(30)).Train(black);

        double product = 0;
        int count = 0;
        for (int i = 0; i < seen.Count; i += 3)
        {
            product += seen[i].Zip(seen[i + 1], (noise, inner) => (double)noise * inner).Sum();
            product += seen[i + 1].Zip(seen[i + 2], (one, two) => (double)one * two).Sum();
            count += 2 * seen[i].Length;
        }

        (product / Math.Sqrt(count)).Should().BeInRange(-4, 4, "independent normals have a product of mean 0 and deviation 1");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Train_resumed_equals_the_uninterrupted_run(bool fromScratch)
    {
        using ModuleClassifier start = NewClassifier(), whole = Copy(start), interrupted = Copy(start), resumed = Copy(start);
        List<float[]> seen = [];
        Train(whole, Options(20), CancellationToken.None);
        seen.Clear();
        TrainingOptions options = Options(20) with { CheckpointFolder = _folder, CheckpointEvery = 6 };
        using CancellationTokenSource source = new();
        Action act = () => Train(interrupted, options, source.Token, () =>
        {
            if (seen.Count == 9)
                source.Cancel();
        });
        act.Should().Throw<OperationCanceledException>();
        Train(resumed, options, CancellationToken.None);

        TrainingFixture.Weights(Module(resumed)).Should().Equal(TrainingFixture.Weights(Module(whole)));
        TrainingFixture.Weights(Module(interrupted)).Should().NotEqual(TrainingFixture.Weights(Module(whole)));

        void Train(ModuleClassifier classifier, TrainingOptions training, CancellationToken cancellationToken, Action? step = null) =>
            new FinetuneTrainer(classifier, new Watcher(seen, step: step), .3, training) { FromScratch = fromScratch }.Train(Images, null, cancellationToken);
    }

    [Fact]
    public void Train_from_a_checkpoint_of_another_run_is_refused()
    {
        using ModuleClassifier start = NewClassifier(), first = Copy(start), other = NewClassifier();
        TrainingOptions options = Options(5) with { CheckpointFolder = _folder };
        new FinetuneTrainer(first, new Inverter(), .5, options).Train(Images);
        foreach (Action act in new Action[]
        {
            () => new FinetuneTrainer(Copy(start), new Inverter(), .25, options).Train(Images),
            () => new FinetuneTrainer(Copy(start), new IdentityDenoiser(), .5, options).Train(Images),
            () => new FinetuneTrainer(other, new Inverter(), .5, options).Train(Images),
            () => new FinetuneTrainer(Copy(start), new Inverter(), .5, options) { LabelSmoothing = .1 }.Train(Images),
        })
        {
            act.Should().Throw<InvalidOperationException>().WithMessage("*other settings*");
        }
    }

    [Fact]
    public void Train_leaves_no_tensor_and_no_gradient_in_the_denoiser()
    {
        using ModuleClassifier classifier = NewClassifier();
        using nn.Module<Tensor, Tensor, Tensor> network = TrainingFixture.Denoiser();
        OneShotDenoiser denoiser = new(network, new CosineSchedule(1000));
        string[] before = TrainingFixture.Weights(network);
        new FinetuneTrainer(classifier, denoiser, .5, Options(2)).Train(Images);
        LiveTensors.ShouldNotChange(() => new FinetuneTrainer(classifier, denoiser, .5, Options(4)).Train(Images));
        TrainingFixture.Weights(network).Should().Equal(before);
        network.parameters().Count(parameter => parameter.grad is not null).Should().Be(0);
    }

    [Fact]
    public void Constructor_refuses_what_cannot_be_trained()
    {
        using ModuleClassifier classifier = NewClassifier(), without = new(nn.Flatten(), 2);
        Action sigma = () => _ = new FinetuneTrainer(classifier, new IdentityDenoiser(), 0, Options(5));
        Action reach = () => _ = new FinetuneTrainer(classifier, new LimitedDenoiser(.5), .6, Options(5));
        Action module = () => _ = new FinetuneTrainer(without, new IdentityDenoiser(), .5, Options(5));
        Action smoothing = () => new FinetuneTrainer(classifier, new IdentityDenoiser(), .5, Options(5)) { LabelSmoothing = 1 }.Train(Images);
        sigma.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*finite and above 0*");
        reach.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*noisiest timestep*0.5*");
        module.Should().Throw<ArgumentException>().WithMessage("*load the classifier from weights*");
        smoothing.Should().Throw<InvalidOperationException>().WithMessage("*[0,1)*");
    }

    private static nn.Module Module(ModuleClassifier classifier) => (nn.Module)classifier.Network;

    private static ModuleClassifier NewClassifier() => new(TrainingFixture.Classifier(), 2, disposeNetwork: true);

    private static ModuleClassifier Copy(ModuleClassifier from)
    {
        ModuleClassifier copy = NewClassifier();
        Module(copy).load_state_dict(Module(from).state_dict());
        return copy;
    }

    private static TrainingOptions Options(int steps) => new() { Steps = steps, BatchSize = 12, LearningRate = 1e-2, WarmupSteps = 3, EmaDecay = .9, Seed = 4 };

    private sealed class Inverter : IDenoiser, IFingerprinted
    {
        public string Fingerprint => "inverter";

        public Tensor Denoise(Tensor noisy, NoiseContext noise) => 1 - noisy;
    }

    /// <summary>Changes nothing; keeps what it saw, and its inner draws of two streams where asked.</summary>
    private sealed class Watcher(List<float[]> seen, bool inner = false, Action? step = null) : IDenoiser, IFingerprinted
    {
        public string Fingerprint => "watcher";

        public Tensor Denoise(Tensor noisy, NoiseContext noise)
        {
            seen.Add(Testing.Images.ValuesOf(noisy));
            if (inner)
            {
                using Tensor one = noise.Draw(1), two = noise.Draw(2);
                seen.Add(Testing.Images.ValuesOf(one));
                seen.Add(Testing.Images.ValuesOf(two));
            }

            step?.Invoke();
            return noisy.clone();
        }
    }
}
