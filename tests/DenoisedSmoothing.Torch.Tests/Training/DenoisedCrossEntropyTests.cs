using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Schedules;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Training;

public sealed class DenoisedCrossEntropyTests
{
    private static readonly LabeledImages Images = TrainingFixture.Halves();

    [Fact]
    public void Loss_teaches_what_is_behind_the_denoiser()
    {
        using ModuleClassifier classifier = TrainingFixture.Classifier();
        CollectingProgress<TrainingProgress> progress = new();

        Train(new DenoisedCrossEntropy(classifier, new Inverter(), .1), 60, Images, progress);

        progress.Reports[^1].Loss.Should().BeLessThan(.5 * progress.Reports[0].Loss);
        using DisposeScope scope = NewDisposeScope();
        int[] all = [.. Enumerable.Range(0, Images.Count)];
        classifier.Classify(1 - Images.Images(all)).argmax(1).eq(Images.Labels(all)).all().item<bool>().Should().BeTrue();
        classifier.Classify(Images.Images(all)).argmax(1).eq(Images.Labels(all)).all().item<bool>().Should()
            .BeFalse("it never saw an image that was not inverted");
    }

    [Fact]
    public void Loss_draws_noise_of_sigma_afresh_at_every_sight()
    {
        using ModuleClassifier classifier = TrainingFixture.Classifier();
        List<float[]> seen = [];
        LabeledImages grey = new(Enumerable.Repeat((byte)51, 64 * 64).ToArray(), new byte[64], 1, 8, 8, ["left", "right"]);

        Train(new DenoisedCrossEntropy(classifier, new Watcher(seen), .5), 30, grey);

        float[] all = [.. seen.SelectMany(batch => batch)];
        double mean = all.Average(), deviation = Math.Sqrt(all.Average(x => (x - mean) * (x - mean)));
        // 23,040 normals: four standard errors are .013 for the mean and .0094 for the deviation.
        mean.Should().BeApproximately(.2, .013);
        deviation.Should().BeApproximately(.5, .0094);
        all.Distinct().Count().Should().BeGreaterThan(all.Length - 30, "no batch sees another's noise");
    }

    [Fact]
    public void Loss_draws_inner_noise_apart_from_the_noise_on_the_images()
    {
        using ModuleClassifier classifier = TrainingFixture.Classifier();
        List<float[]> seen = [];
        LabeledImages black = new(new byte[64 * 64], new byte[64], 1, 8, 8, ["left", "right"]);

        Train(new DenoisedCrossEntropy(classifier, new Watcher(seen, inner: true), 1), 30, black);

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

    [Fact]
    public void Loss_leaves_no_gradient_in_the_denoiser()
    {
        using ModuleClassifier classifier = TrainingFixture.Classifier();
        using nn.Module<Tensor, Tensor, Tensor> network = TrainingFixture.Denoiser();
        DenoisedCrossEntropy objective = new(classifier, new OneShotDenoiser(network, new CosineSchedule(1000)), .5);
        string[] before = TrainingFixture.Weights(network);
        Train(objective, 2, Images);
        LiveTensors.ShouldNotChange(() => Train(objective, 4, Images));
        TrainingFixture.Weights(network).Should().Equal(before);
        network.parameters().Count(parameter => parameter.grad is not null).Should().Be(0);
    }

    [Fact]
    public void Settings_tell_noise_denoiser_and_smoothing_apart()
    {
        using ModuleClassifier classifier = TrainingFixture.Classifier(),
            normalized = new(TrainingFixture.ClassifierNetwork(), 2, new Normalization([.5f], [.5f]));
        new[]
        {
            new DenoisedCrossEntropy(classifier, new Inverter(), .5).Settings,
            new DenoisedCrossEntropy(classifier, new Inverter(), .25).Settings,
            new DenoisedCrossEntropy(classifier, new IdentityDenoiser(), .5).Settings,
            new DenoisedCrossEntropy(classifier, new Inverter(), .5) { LabelSmoothing = .1 }.Settings,
            new DenoisedCrossEntropy(normalized, new Inverter(), .5).Settings,
        }.Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Constructor_refuses_what_cannot_be_trained()
    {
        using ModuleClassifier classifier = TrainingFixture.Classifier(), without = new(nn.Flatten(), 2);
        Action sigma = () => _ = new DenoisedCrossEntropy(classifier, new IdentityDenoiser(), 0);
        Action reach = () => _ = new DenoisedCrossEntropy(classifier, new LimitedDenoiser(.5), .6);
        Action module = () => _ = new DenoisedCrossEntropy(without, new IdentityDenoiser(), .5);
        Action smoothing = () => _ = new DenoisedCrossEntropy(classifier, new IdentityDenoiser(), .5) { LabelSmoothing = 1 };
        Action nan = () => _ = new CrossEntropy(classifier) { LabelSmoothing = double.NaN };
        sigma.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*finite and above 0*");
        reach.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*noisiest timestep*0.5*");
        module.Should().Throw<ArgumentException>().WithMessage("*load it from weights*");
        smoothing.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*[0,1)*");
        nan.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*[0,1)*");
    }

    [Fact]
    public void Loss_of_more_classes_than_the_classifier_has_is_refused()
    {
        using ModuleClassifier classifier = TrainingFixture.Classifier();
        LabeledImages three = new(new byte[64], new byte[1], 1, 8, 8, ["one", "two", "three"]);
        Action act = () => Train(new DenoisedCrossEntropy(classifier, new Inverter(), .5), 1, three);
        act.Should().Throw<ArgumentException>().WithMessage("The images have 3 classes, the classifier 2.*");
    }

    private static void Train(ITrainingObjective objective, int steps, LabeledImages images,
        IProgress<TrainingProgress>? progress = null) =>
        new Trainer(objective, TrainingFixture.Recipe, TrainingFixture.Options(steps)).Train(images, progress);

    private sealed class Inverter : IDenoiser, IDescribed
    {
        public PartInfo Info => new("inverter");

        public Tensor Denoise(Tensor noisy, NoiseContext noise) => 1 - noisy;
    }

    /// <summary>Changes nothing; keeps what it saw, and its inner draws of two streams where asked.</summary>
    private sealed class Watcher(List<float[]> seen, bool inner = false) : IDenoiser, IDescribed
    {
        public PartInfo Info => new("watcher");

        public Tensor Denoise(Tensor noisy, NoiseContext noise)
        {
            seen.Add(Testing.Images.ValuesOf(noisy));
            if (inner)
            {
                using Tensor one = noise.Draw(1), two = noise.Draw(2);
                seen.Add(Testing.Images.ValuesOf(one));
                seen.Add(Testing.Images.ValuesOf(two));
            }

            return noisy.clone();
        }
    }
}
