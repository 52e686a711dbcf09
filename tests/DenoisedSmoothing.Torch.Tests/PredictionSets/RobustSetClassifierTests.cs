using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.PredictionSets;
using DenoisedSmoothing.Testing;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.PredictionSets;

public class RobustSetClassifierTests
{
    private static readonly PredictionSetOptions s_seeded = new() { Seed = 5 };

    [Fact]
    public void PredictSet_scores_the_image_under_its_noise()
    {
        float[]? seen = null;
        Named classifier = new(new FakeClassifier(3, noisy =>
        {
            seen = Images.ValuesOf(noisy);
            return tensor(new[] { 0f, MathF.Log(2), MathF.Log(5) }).unsqueeze(0).repeat(noisy.shape[0], 1);
        }));
        using Tensor image = full([1, 2, 2], .5f);

        PredictionSet set = new RobustSetClassifier(classifier, .25, CalibrationOf(classifier, threshold: .7), s_seeded)
            .PredictSet(new(image, 9));

        set.Scores.Should().HaveCount(3);
        set.Scores.Zip([1 - 1 / 8.0, 1 - 2 / 8.0, 1 - 5 / 8.0]).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-7);
        set.Labels.Should().Equal(2);
        Provenance from = set.Provenance!;
        (from.Seed, from.ImageIndex, from.BaseClassifier, from.Batch, from.DrawnSigma).Should().Be((5, 9, "named", 1, .25));
        float[] expected = new float[4];
        new GridGaussianNoise(.25).AddTo(5, new NoiseCoordinate(0, 9, Votes.VotePhase.Prediction, 0), [.5f, .5f, .5f, .5f], expected);
        seen.Should().Equal(expected);
    }

    [Fact]
    public void PredictSet_of_a_row_without_finite_scores_holds_all_classes()
    {
        Named classifier = new(FakeClassifier.Constant(1, float.NaN, 3));
        using Tensor image = full([1, 2, 2], .5f);

        PredictionSet set = new RobustSetClassifier(classifier, .25, CalibrationOf(classifier, threshold: .1)).PredictSet(image);

        (set.IsFull, set.Labels.Count).Should().Be((true, 3));
        set.Scores.Should().OnlyContain(score => double.IsNaN(score));
    }

    [Fact]
    public void PredictSetMany_fills_passes_and_gives_each_image_its_own_set()
    {
        Named classifier = new(FakeClassifier.Checksum(5));
        Tensor[] images = [.. Enumerable.Range(0, 7).Select(i => full([1, 2, 2], i / 10f))];
        CollectingProgress<int> progress = new();
        PredictionSetCalibration calibration = CalibrationOf(classifier, threshold: .7, classes: 5, batch: 3);
        RobustSetClassifier sets = new(classifier, .25, calibration, s_seeded);

        IEnumerable<PredictionSet> stream = sets.PredictSetMany(images.Select((image, i) => new SmoothingImage(image, i)), progress);
        PredictionSet[] many = [.. stream];

        many.Should().Equal(images.Select((image, i) => sets.PredictSet(new(image, i))));
        many.Select(set => set.Labels.Single()).Distinct().Count().Should().BeGreaterThan(1);
        stream.Should().Equal(many, "its keys are fixed");
        progress.Reports.Should().Equal(3, 6, 7, 3, 6, 7);
        foreach (Tensor image in images)
            image.Dispose();
    }

    [Fact]
    public async Task PredictSetAsync_answers_alike_and_reads_the_image_at_once()
    {
        Named classifier = new(FakeClassifier.Checksum(5));
        RobustSetClassifier sets = new(classifier, .25, CalibrationOf(classifier, threshold: .7, classes: 5), s_seeded);
        Tensor image = full([1, 2, 2], .5f);
        PredictionSet expected = sets.PredictSet(new(image, 3));

        Task<PredictionSet> answer = sets.PredictSetAsync(new(image, 3));
        image.Dispose();

        (await answer).Should().Be(expected);
        using Tensor bytes = full([1, 2, 2], 200f);
        FluentActions.Invoking(() => { _ = sets.PredictSetAsync(bytes); }).Should().Throw<ArgumentException>().WithMessage("*[0,255]*");
    }

    [Fact]
    public void PredictSet_draws_fresh_noise_unless_a_secret_or_a_seed_fixes_it()
    {
        Named classifier = new(FakeClassifier.Checksum(5));
        PredictionSetCalibration calibration = CalibrationOf(classifier, threshold: .7, classes: 5);
        using Tensor image = full([1, 2, 2], .5f), other = full([1, 2, 2], .25f);
        byte[] secret = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];
        RobustSetClassifier fresh = new(classifier, .25, calibration),
            keyed = new(classifier, .25, calibration, new PredictionSetOptions { SeedSecret = secret });

        Enumerable.Range(0, 8).Select(_ => Seed(fresh, image)).Distinct().Should().HaveCount(8);
        Enumerable.Range(0, 8).Select(_ => Seed(keyed, image)).Distinct().Should().HaveCount(1);
        Seed(keyed, other).Should().NotBe(Seed(keyed, image));

        static ulong Seed(RobustSetClassifier sets, Tensor image) => sets.PredictSet(image).Provenance!.Seed;
    }

    [Fact]
    public void PredictSet_gives_a_stochastic_denoiser_normals_of_its_own()
    {
        float[]? inner = null;
        Named classifier = new(new FakeClassifier(3, (noisy, noise) =>
        {
            using Tensor drawn = noise.Draw(1);
            inner = Images.ValuesOf(drawn);
            return zeros(noisy.shape[0], 3);
        }));
        using Tensor image = full([1, 2, 2], .5f);

        new RobustSetClassifier(classifier, .25, CalibrationOf(classifier, threshold: .7), s_seeded).PredictSet(new(image, 9));

        float[] expected = new float[4];
        GaussianNoise.Fill(5, new NoiseCoordinate(1, 9, Votes.VotePhase.Prediction, 0), expected);
        inner.Should().Equal(expected);
    }

    [Fact]
    public void A_calibration_of_something_else_is_refused_by_name()
    {
        Named classifier = new(FakeClassifier.Constant(1, 2, 3));
        PredictionSetCalibration calibration = CalibrationOf(classifier, threshold: .7);
        Refused(calibration, "base classifier is named, here it is other", new Named(FakeClassifier.Constant(1, 2, 3), "other"));
        Refused(calibration, "sigma is 0.25, here it is 0.5", sigma: .5);
        Refused(Changed(its => its with { NoiseVersion = "old" }), "noise is old");
        Refused(Changed(its => its with { ImageShape = [1, 2, 3] }), "of 4 values");
        Refused(calibration with { Noise = new GaussianRule(.25).Description }, "law of the noise is gaussian");
        Refused(calibration with { CleanMiscoverage = .05 }, "cleanMiscoverage is 0.05");
        Refused(Changed(its => its with { ClassCount = 4 }), "number of classes is 4");
        Refused(Changed(its => its with { Precision = "bfloat16" }),
            $"precision is bfloat16, here it is {LibTorch.ArithmeticOn("cpu", "float32")}");
        Refused(Changed(its => its with { Device = "cuda" }), "kind of device is cuda");
        Refused(Changed(its => its with { Score = "mine/1" }), "mine/1");
        Refused(calibration, "score is thr/1, here it is aps/1", score: new AdaptiveScore());
        new RobustSetClassifier(classifier, .25, Changed(its => its with { Software = "other" })).Warnings.Should().ContainSingle()
            .Which.Should().Contain("other").And.Contain(LibTorch.Software);
        new RobustSetClassifier(classifier, .25, calibration).Warnings.Should().BeEmpty();

        PredictionSetCalibration Changed(Func<CalibratedModel, CalibratedModel> change) =>
            calibration with { Model = change(calibration.Model) };

        void Refused(PredictionSetCalibration given, string message, IBaseClassifier? classifier = null, double sigma = .25,
            IConformityScore? score = null) =>
            FluentActions.Invoking(() => new RobustSetClassifier(
                classifier ?? new Named(FakeClassifier.Constant(1, 2, 3)), sigma, given, null, score)).Should().Throw<ArgumentException>()
                .WithMessage($"*{message}*");
    }

    [Fact]
    public void Images_that_were_not_calibrated_are_refused()
    {
        Named classifier = new(FakeClassifier.Constant(1, 2, 3));
        RobustSetClassifier sets = new(classifier, .25, CalibrationOf(classifier, threshold: .7));
        using Tensor larger = full([1, 2, 3], .5f), normalised = full([1, 2, 2], -3f), image = full([1, 2, 2], .5f);

        sets.Invoking(its => its.PredictSet(larger)).Should().Throw<ArgumentException>().WithMessage("*[1,2,2]*[1,2,3]*");
        sets.Invoking(its => its.PredictSet(normalised)).Should().Throw<ArgumentException>().WithMessage("*normalised*");
        sets.Invoking(its => its.PredictSetMany([new(image, 1), new(image, 1)]).ToArray()).Should().Throw<ArgumentException>()
            .WithMessage("*occurs twice*");
    }

    [Fact]
    public void A_cancelled_call_gives_no_set()
    {
        FakeClassifier fake = FakeClassifier.Constant(1, 2, 3);
        Named classifier = new(fake);
        RobustSetClassifier sets = new(classifier, .25, CalibrationOf(classifier, threshold: .7));
        using Tensor image = full([1, 2, 2], .5f);
        using CancellationTokenSource source = new();
        source.Cancel();

        sets.Invoking(its => its.PredictSet(image, source.Token)).Should().Throw<OperationCanceledException>();
        sets.Invoking(its => its.PredictSet(new SmoothingImage(image) { Cancellation = source.Token })).Should()
            .Throw<OperationCanceledException>();
        fake.Calls.Should().Be(0);
    }

    [Fact]
    public void A_network_that_changed_is_refused_where_calls_are_confirmed()
    {
        using Sequential network = nn.Sequential(("flat", nn.Flatten()), ("linear", nn.Linear(4, 3)));
        network.eval();
        using ModuleClassifier inner = new(network, 3);
        DenoisedClassifier classifier = new(new IdentityDenoiser(), inner);
        using Tensor image = full([1, 2, 2], .5f);
        PredictionSetCalibration calibration = CalibrationOf(classifier, threshold: .7);
        RobustSetClassifier confirmed = new(classifier, .25, calibration),
            trusted = new(classifier, .25, calibration, new PredictionSetOptions { ConfirmEachCall = false });
        confirmed.PredictSet(image);
        using (no_grad())
            network.parameters().First().add_(1);

        confirmed.Invoking(its => its.PredictSet(image)).Should().Throw<InvalidOperationException>().WithMessage("*changed*");
        trusted.Invoking(its => its.PredictSet(image)).Should().NotThrow();
        FluentActions.Invoking(() => new RobustSetClassifier(classifier, .25, calibration)).Should().Throw<ArgumentException>()
            .WithMessage("*base classifier*");
    }

    [Fact]
    public void Scores_of_another_shape_are_refused()
    {
        Named classifier = new(new FakeClassifier(3, noisy => zeros(noisy.shape[0], 4)));
        using Tensor image = full([1, 2, 2], .5f);

        new RobustSetClassifier(classifier, .25, CalibrationOf(classifier, threshold: .7)).Invoking(its => its.PredictSet(image)).Should()
            .Throw<InvalidOperationException>().WithMessage("*[1,3]*[1,4]*");
    }

    [Fact]
    public void PredictSet_leaves_no_tensor_alive()
    {
        using Tensor image = full([1, 2, 2], .5f);
        Named classifier = new(FakeClassifier.Checksum(5));
        RobustSetClassifier sets = new(classifier, .25, CalibrationOf(classifier, threshold: .7, classes: 5));
        sets.PredictSet(image);

        LiveTensors.ShouldNotChange(() => sets.PredictSet(image));
    }

    [Fact]
    public void Options_that_contradict_themselves_are_refused()
    {
        Named classifier = new(FakeClassifier.Constant(1, 2, 3));
        foreach (PredictionSetOptions options in new PredictionSetOptions[]
            { new() { SeedSecret = new byte[8] }, new() { SeedSecret = new byte[16], Seed = 1 } })
        {
            FluentActions.Invoking(() => new RobustSetClassifier(classifier, .25, CalibrationOf(classifier, threshold: .7), options))
                .Should().Throw<ArgumentException>().WithMessage("*SeedSecret*");
        }
    }

    /// <summary>As made elsewhere, with a threshold of choice.</summary>
    private static PredictionSetCalibration CalibrationOf(
        IBaseClassifier classifier, double threshold, int classes = 3, int batch = 1) => new()
    {
        Radius = .1,
        Miscoverage = .1,
        CleanMiscoverage = .04,
        N = 99,
        Missed = 0,
        Threshold = threshold,
        Noise = new GridGaussianRule(.25, 4).Description,
        Model = new CalibratedModel
        {
            Score = "thr/1",
            ClassCount = classes,
            BaseClassifier = PartInfo.Of(classifier).Fingerprint,
            Precision = LibTorch.ArithmeticOn("cpu", "float32"),
            Device = "cpu",
            Batch = batch,
            Software = LibTorch.Software,
            NoiseVersion = GridGaussianNoise.Scheme,
            ImageShape = [1, 2, 2],
        },
    };
}
