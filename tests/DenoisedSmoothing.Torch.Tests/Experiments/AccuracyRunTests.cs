using DenoisedSmoothing.Data;
using DenoisedSmoothing.Experiments;
using DenoisedSmoothing.Logs;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Experiments;

public sealed class AccuracyRunTests
{
    // One pixel at .5, label 1: noise of sigma .5 leaves it above 0 with probability Phi(1) = .841345.
    private static readonly LinearClassifier s_linear = new([1], 0);

    [Fact]
    public void Run_of_a_linear_classifier_finds_its_exact_accuracy()
    {
        IReadOnlyList<AccuracyResult> results = Run(new Pixels(4000), new("clean", 0, s_linear), new("none", .5, s_linear)).Run();

        results.Select(static result => result.Images).Should().Equal(4000, 4000);
        results[0].Accuracy.Should().Be(1);
        results[1].Accuracy.Should().BeApproximately(.841345, 4 * results[1].StandardError);
        results[1].StandardError.Should().BeApproximately(Math.Sqrt(.841345 * .158655 / 4000), 5e-4);
        results[0].StandardError.Should().BePositive("no finite number of images shows an accuracy of exactly 1");
    }

    [Fact]
    public void Run_candidates_of_a_level_see_the_same_noise_whatever_the_batch()
    {
        AccuracyCandidate candidate = new("none", .5, s_linear);

        IReadOnlyList<AccuracyResult> both = Run(new Pixels(100), candidate, candidate).Run();
        IReadOnlyList<AccuracyResult> narrow = (Run(new Pixels(100), candidate) with { Batch = 7 }).Run();

        both[0].Correct.Should().Be(both[1].Correct).And.Be(narrow[0].Correct).And.BeInRange(1, 99);
        (Run(new Pixels(100), candidate) with { Seed = 2 }).Run()[0].Correct.Should().NotBe(narrow[0].Correct);
    }

    [Fact]
    public void Run_passes_over_unreadable_images_only_when_asked()
    {
        List<SkippedImage> skipped = [];
        CollectingProgress<int> progress = new();
        AccuracyRun run = Run(new Pixels(10, unreadable: 3), new AccuracyCandidate("clean", 0, s_linear)) with { Batch = 4 };

        run.Invoking(static strict => strict.Run()).Should().Throw<InvalidDataException>().WithMessage("*pixel 3*");
        (run with { SkipUnreadable = true }).Run(progress, skipped.Add)[0].Images.Should().Be(9);
        skipped.Should().Equal(new SkippedImage(3, "pixel 3"));
        progress.Reports.Should().Equal(4, 8, 10);
    }

    [Fact]
    public void Run_scores_that_are_not_finite_are_an_error_that_names_the_candidate()
    {
        FakeClassifier broken = FakeClassifier.Constant(float.NaN, 0);

        Run(new Pixels(2), new AccuracyCandidate("heun", .25, broken)).Invoking(static run => run.Run()).Should()
            .Throw<InvalidOperationException>().WithMessage("heun at sigma 0.25*NaN*");
    }

    [Fact]
    public void Run_leaves_no_tensor_and_stops_when_asked()
    {
        AccuracyRun run = Run(new Pixels(20), new("clean", 0, s_linear), new("none", .5, s_linear));
        run.Run();

        LiveTensors.ShouldNotChange(() => run.Run());

        run.Invoking(static stopped => stopped.Run(cancellationToken: new CancellationToken(true))).Should()
            .Throw<OperationCanceledException>();
    }

    private static AccuracyRun Run(IImageDataset images, params AccuracyCandidate[] candidates) =>
        new() { Images = images, Candidates = candidates };

    private sealed class Pixels(int count, int unreadable = -1) : IImageDataset
    {
        public int Count => count;

        public IReadOnlyList<string> ClassNames => ["dark", "bright"];

        public string Fingerprint => "pixels";

        public string ImageName(int index) => $"pixel {index}";

        public int Label(int index) => 1;

        public ImageShape? ShapeOf(int index) => new ImageShape(1, 1, 1);

        public Tensor Image(int index) => index == unreadable
            ? throw new InvalidDataException(ImageName(index))
            : full([1, 1, 1], .5f);
    }
}
