using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests;

/// <summary>What is refused, when, and in which words.</summary>
public class SmoothedClassifierDoorTests
{
    private static readonly CohenCertifier Small = new(n0: 4, n: 8, alpha: .05, predictN: 6);

    [Theory]
    [InlineData(0, 255, "*[0,1]*spans [0, 255]*[0,255]*255*FromHwcBytes*")]
    [InlineData(-1, 1, "*[0,1]*spans [-1, 1]*[-1,1]*(x + 1) / 2*")]
    [InlineData(-2.1f, 2.6f, "*[0,1]*spans [-2.1, 2.6]*normalised*Normalization*")]
    [InlineData(0, 1.0001f, "*[0,1]*spans [0, 1.0001]*")]
    [InlineData(0, 1.0000001f, "*[0,1]*spans [0, 1.0000001]*")]
    [InlineData(-1e-45f, 1, "*[0,1]*spans [-1E-45, 1]*")]
    [InlineData(-1e-6f, 1, "*[0,1]*spans [-1E-06, 1]*")]
    public void Image_outside_of_its_range_is_refused_with_the_range_seen(float low, float high, string message)
    {
        using Tensor image = tensor([low, high, .5f, .5f], [1, 2, 2]);
        Refused<ArgumentException>(image, message);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Image_with_pixels_that_are_not_finite_is_refused(float pixel)
    {
        using Tensor image = tensor([.5f, pixel, .5f, .5f], [1, 2, 2]);
        Refused<ArgumentException>(image, "*NaN or infinite*");
    }

    [Theory]
    [InlineData(ScalarType.Byte, "*float32*Byte*FromHwcBytes*")]
    [InlineData(ScalarType.Float64, "*float32*Float64*")]
    [InlineData(ScalarType.Float16, "*float32*Float16*")]
    public void Image_of_another_type_is_refused(ScalarType type, string message)
    {
        using Tensor image = zeros([1, 2, 2], type);
        Refused<ArgumentException>(image, message);
    }

    [Theory]
    [InlineData(new long[] { 2, 2 }, "*[C,H,W]*[2,2]*")]
    [InlineData(new long[] { 4 }, "*[C,H,W]*[4]*")]
    [InlineData(new long[] { 2, 1, 2, 2 }, "*[C,H,W]*[2,1,2,2]*PredictMany or CertifyMany*")]
    [InlineData(new long[] { 1, 1, 1, 2, 2 }, "*[C,H,W]*[1,1,1,2,2]*")]
    [InlineData(new long[] { 1, 0, 2 }, "*[C,H,W]*[1,0,2]*")]
    public void Image_of_another_rank_is_refused(long[] shape, string message)
    {
        using Tensor image = zeros(shape);
        Refused<ArgumentException>(image, message);
    }

    [Fact]
    public void Image_null_is_refused()
    {
        SmoothedClassifier smoothed = Smoothed(FakeClassifier.Constant(0, 1));
        Action predict = () => smoothed.Predict(null!);
        Action certify = () => smoothed.Certify(null!);
        predict.Should().Throw<ArgumentNullException>();
        certify.Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public void Image_on_the_edges_of_its_range_is_taken()
    {
        using Tensor image = tensor([0f, -0f, 1f, .5f], [1, 1, 2, 2]);
        Smoothed(FakeClassifier.Constant(0, 1)).Certify(image).Label.Should().Be(1);
    }

    [Fact]
    public void Images_of_different_shapes_get_passes_of_their_own()
    {
        using Tensor one = Images.Grey(1, 2, 2), other = Images.Grey(1, 2, 3);
        HashSet<string> shapes = [];
        SmoothedClassifier smoothed = Smoothed(new FakeClassifier(2, noisy =>
        {
            shapes.Add(string.Join(',', noisy.shape));
            return tensor([0f, 1f]).unsqueeze(0).repeat(noisy.shape[0], 1);
        }), new SmoothingOptions { Batch = 5 });
        smoothed.CertifyMany([new(one, 0), new(other, 1), new(one, 2)])
            .Select(certificate => (certificate.Label, string.Join(',', certificate.Provenance!.ImageShape)))
            .Should().Equal((1, "1,2,2"), (1, "1,2,3"), (1, "1,2,2"));
        shapes.Should().BeEquivalentTo("5,1,2,2", "5,1,2,3");
    }

    [Fact]
    public void Image_index_twice_is_refused()
    {
        using Tensor image = Images.Grey(1, 2, 2);
        Action act = () => Smoothed(FakeClassifier.Constant(0, 1)).CertifyMany([new(image, 3), new(image, 4), new(image, 3)]).ToList();
        act.Should().Throw<ArgumentException>().WithMessage("*index 3 occurs twice*distinct*");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1L << 32)]
    public void Image_index_out_of_range_is_refused_before_any_work(long index)
    {
        using Tensor image = Images.Grey(1, 2, 2);
        FakeClassifier classifier = FakeClassifier.Constant(0, 1);
        Action act = () => Smoothed(classifier).Certify(new(image, index));
        act.Should().Throw<ArgumentOutOfRangeException>().WithMessage($"*[0, 2^32)*{index}*");
        classifier.Calls.Should().Be(0);
    }

    [Fact]
    public void Image_index_largest_is_taken()
    {
        using Tensor image = Images.Grey(1, 2, 2);
        Smoothed(FakeClassifier.Constant(0, 1)).Certify(new(image, uint.MaxValue)).Provenance!.ImageIndex.Should().Be(uint.MaxValue);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Scores_that_are_never_finite_are_an_error(float score)
    {
        using Tensor image = Images.Grey(1, 2, 2);
        SmoothedClassifier smoothed = Smoothed(FakeClassifier.Constant(0, score));
        Action predict = () => smoothed.Predict(image);
        Action certify = () => smoothed.Certify(image);
        predict.Should().Throw<InvalidOperationException>().WithMessage("*NaN or infinite scores for 6 of 6*Check its weights*");
        certify.Should().Throw<InvalidOperationException>().WithMessage("*NaN or infinite scores for 4 of 4*Check its weights*");
    }

    [Fact]
    public void Scores_not_finite_in_a_single_row_of_the_last_batch_are_a_vote_for_no_class()
    {
        // 4 + 8 votes in batches of 3: the last batch is the fourth (selection 3 + 1, where 2 of the estimation are drawn ahead, then 3 +
        // 3).
        int calls = 0;
        FakeClassifier classifier = new(2, noisy =>
        {
            Tensor scores = zeros(noisy.shape[0], 2);
            if (++calls == 4)
                scores[1, 0] = float.NaN;
            return scores;
        });
        using Tensor image = Images.Grey(1, 2, 2);
        Certificate certificate = Smoothed(classifier, new SmoothingOptions { Batch = 3 }).Certify(image);
        certificate.EstimationVotes.Should().Be(new VoteCounts(7, 0) { Missed = 1 });
        certificate.N.Should().Be(8);
        calls.Should().Be(4);
    }

    [Theory]
    [InlineData(3, "*ClassCount = 2*[4,2]*[4,3]*")]
    [InlineData(1, "*ClassCount = 2*[4,2]*[4,1]*")]
    public void Scores_of_another_number_of_classes_are_an_error(int returned, string message)
    {
        using Tensor image = Images.Grey(1, 2, 2);
        Action act = () => Smoothed(new FakeClassifier(2, noisy => zeros(noisy.shape[0], returned)), new SmoothingOptions
        {
            Batch = 4,
        }).Certify(image);
        act.Should().Throw<InvalidOperationException>().WithMessage(message);
    }

    [Fact]
    public void Scores_of_another_rank_or_row_count_are_an_error()
    {
        using Tensor image = Images.Grey(1, 2, 2);
        Action flat = () => Smoothed(new FakeClassifier(2, noisy => zeros(noisy.shape[0])), new SmoothingOptions
        {
            Batch = 64,
        }).Certify(image);
        Action fewer = () => Smoothed(new FakeClassifier(2, noisy => zeros(noisy.shape[0] - 1, 2)), new SmoothingOptions
        {
            Batch = 64,
        }).Certify(image);
        flat.Should().Throw<InvalidOperationException>().WithMessage("*[64,2]*[64]*");
        fewer.Should().Throw<InvalidOperationException>().WithMessage("*[64,2]*[63,2]*");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0)]
    [InlineData(-5)]
    public void Constructor_fewer_than_two_classes_is_refused(int classes)
    {
        Action act = () => Smoothed(new FakeClassifier(classes, noisy => zeros(noisy.shape[0], 1)));
        act.Should().Throw<ArgumentException>().WithMessage($"*at least 2 classes*ClassCount = {classes}*");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-.5)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    [InlineData(1e-60)] // rounds to 0 in float32
    [InlineData(1e60)] // rounds to infinity in float32
    public void Constructor_impossible_sigma_is_refused(double sigma)
    {
        Action act = () => _ = new SmoothedClassifier([FakeClassifier.Constant(0, 1)], sigma);
        act.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Sigma must be from 2^-20 to 2^20*[0,1]*");
    }

    [Fact]
    public void Constructor_sigma_beyond_the_denoisers_reach_is_refused()
    {
        Action act = () => _ = new SmoothedClassifier(new LimitedDenoiser(.1), new FlatClassifier(2), sigma: .11);
        act.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*noisiest timestep*sigma 0.1*smaller sigma*");
    }

    [Fact]
    public void Constructor_sigma_beyond_any_replicas_reach_is_refused()
    {
        IBaseClassifier near = new DenoisedClassifier(new LimitedDenoiser(.1), new FlatClassifier(2));
        IBaseClassifier far = new DenoisedClassifier(new LimitedDenoiser(1), new FlatClassifier(2));
        Action act = () => _ = new SmoothedClassifier([far, near], sigma: .2);
        act.Should().Throw<ArgumentOutOfRangeException>();
    }

    [Theory]
    [InlineData(.1)] // (float).1 is above .1
    [InlineData(.12)] // (float).12 is below .12
    public void Certify_sigma_exactly_at_the_denoisers_reach_is_within_it(double sigma)
    {
        using Tensor image = Images.Grey(1, 2, 2);
        LimitedDenoiser denoiser = new(sigma);
        SmoothedClassifier smoothed = new(denoiser, new FlatClassifier(2), sigma, Small);
        smoothed.Certify(image);
        denoiser.Asked.Should().BeLessThanOrEqualTo(sigma);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(65537)]
    public void Constructor_batch_out_of_range_is_refused(int batch)
    {
        Action act = () => Smoothed(FakeClassifier.Constant(0, 1), new SmoothingOptions { Batch = batch });
        act.Should().Throw<ArgumentOutOfRangeException>().WithMessage($"*[1, 65536]*{batch}*");
    }

    [Fact]
    public void Constructor_devices_that_do_not_fit_the_replicas_are_refused()
    {
        Action act = () => Smoothed(FakeClassifier.Constant(0, 1), new SmoothingOptions { Devices = ["cpu", "cpu"] });
        act.Should().Throw<ArgumentException>().WithMessage("*2 devices*1 base classifiers*");
    }

    [Theory]
    [InlineData("gpu")]
    [InlineData("")]
    [InlineData("cpu:x")]
    [InlineData(null)]
    public void Constructor_unknown_device_is_refused(string? device)
    {
        Action act = () => Smoothed(FakeClassifier.Constant(0, 1), new SmoothingOptions { Devices = [device!] });
        act.Should().Throw<ArgumentException>().WithMessage($"*'{device}'*cpu*cuda*");
    }

    [Fact]
    public void Constructor_replicas_of_different_class_counts_none_or_null_are_refused()
    {
        Action different = () => _ = new SmoothedClassifier([FakeClassifier.Constant(0, 1), FakeClassifier.Constant(0, 1, 2)], .5);
        Action none = () => _ = new SmoothedClassifier([], .5);
        Action missing = () => _ = new SmoothedClassifier([null!], .5);
        Action nothing = () => _ = new SmoothedClassifier(null!, .5);
        different.Should().Throw<ArgumentException>().WithMessage("*same ClassCount*");
        none.Should().Throw<ArgumentException>().WithMessage("*At least one*");
        missing.Should().Throw<ArgumentException>();
        nothing.Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public void Many_null_is_refused_at_the_call()
    {
        SmoothedClassifier smoothed = Smoothed(FakeClassifier.Constant(0, 1));
        Action predict = () => smoothed.PredictMany(null!);
        Action certify = () => smoothed.CertifyMany(null!);
        predict.Should().Throw<ArgumentNullException>();
        certify.Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public void Batch_beyond_2_GB_is_refused_with_a_remedy()
    {
        using Tensor image = Images.Grey(3, 128, 128);
        Action act = () => Smoothed(FakeClassifier.Constant(0, 1), new SmoothingOptions { Batch = 65536 }).Certify(image);
        act.Should().Throw<InvalidOperationException>().WithMessage("*SmoothingOptions.Batch*");
    }

    [Fact]
    public void Many_refused_image_leaves_results_already_handed_out()
    {
        using Tensor good = Images.Grey(1, 2, 2), bad = zeros(1, 2, 2).sub(1);
        SmoothedClassifier smoothed = Smoothed(FakeClassifier.Constant(0, 1), new SmoothingOptions { Batch = 1 });
        using IEnumerator<Certificate> certificates = smoothed.CertifyMany([new(good, 0), new(bad, 1)]).GetEnumerator();
        certificates.MoveNext().Should().BeTrue();
        certificates.Current.Label.Should().Be(1);
        Action next = () => certificates.MoveNext();
        next.Should().Throw<ArgumentException>();
    }

    private static SmoothedClassifier Smoothed(IBaseClassifier classifier, SmoothingOptions? options = null) =>
        new([classifier], .5, Small, options);

    private static void Refused<TError>(Tensor image, string message)
        where TError : Exception
    {
        FakeClassifier classifier = FakeClassifier.Constant(0, 1);
        SmoothedClassifier smoothed = Smoothed(classifier);
        Action predict = () => smoothed.Predict(image);
        Action certify = () => smoothed.Certify(image);
        predict.Should().Throw<TError>().WithMessage(message);
        certify.Should().Throw<TError>().WithMessage(message);
        classifier.Calls.Should().Be(0, "an image is refused before any work");
    }
}
