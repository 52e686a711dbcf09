using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Classification;

/// <summary>The short ways to bring a model: functions, labels, ensembles, grey images.</summary>
public class AdapterTests
{
    private static readonly DelegateClassifier s_channels = new(3, images => images.mean([2, 3]), "channels");

    [Fact]
    public void DelegateClassifier_frees_what_its_function_made()
    {
        using Tensor images = rand(2, 3, 4, 4);
        DelegateClassifier classifier = new(3, x => (x * 2 + 1).mean([2, 3]));
        LiveTensors.ShouldNotChange(() => classifier.Classify(images).Dispose());
        classifier.Info.Fingerprint.Should().StartWith("delegate(");
        s_channels.Info.Fingerprint.Should().Be("channels");
    }

    [Fact]
    public void DelegateClassifier_scores_of_another_shape_are_an_error()
    {
        using Tensor images = zeros(2, 3, 4, 4);
        DelegateClassifier classifier = new(10, x => x.mean([2, 3]));
        classifier.Invoking(it => it.Classify(images)).Should().Throw<InvalidOperationException>().WithMessage("*[2,10]*[2,3]*");
    }

    [Fact]
    public void DelegateDenoiser_result_is_never_the_callers_batch()
    {
        using Tensor noisy = rand(2, 3, 4, 4);
        DelegateDenoiser identity = new((x, _) => x);
        using (identity.Denoise(noisy, new NoiseContext(0.5)))
        {
        }

        noisy.IsInvalid.Should().BeFalse();
        DelegateDenoiser scaled = new((x, noise) => x * 2 * noise.Sigma + 0);
        LiveTensors.ShouldNotChange(() => scaled.Denoise(noisy, new NoiseContext(0.5)).Dispose());
        using Tensor result = scaled.Denoise(noisy, new NoiseContext(0.5));
        Parity.RelativeError(result, noisy).Should().BeLessThan(1e-6);
        DelegateDenoiser shrinking = new((x, _) => x.mean([1]));
        shrinking.Invoking(it => it.Denoise(noisy, new NoiseContext(0.5))).Should().Throw<InvalidOperationException>()
            .WithMessage("*[2,3,4,4]*[2,4,4]*");
    }

    [Fact]
    public void LabelClassifier_votes_for_the_labels_it_is_told()
    {
        using Tensor images = rand(3, 1, 4, 4);
        LabelClassifier classifier = new(5, batch => [4, 0, (int)batch.shape[0]]);
        LiveTensors.ShouldNotChange(() => classifier.Classify(images).Dispose());
        using Tensor scores = classifier.Classify(images), votes = scores.argmax(1);
        votes.data<long>().ToArray().Should().Equal(4, 0, 3);
        scores.shape.Should().Equal(3, 5);
    }

    [Fact]
    public void LabelClassifier_wrong_answers_are_errors()
    {
        using Tensor images = zeros(2, 1, 4, 4);
        new LabelClassifier(5, _ => [1]).Invoking(it => it.Classify(images)).Should().Throw<InvalidOperationException>()
            .WithMessage("2 images*1 labels*");
        new LabelClassifier(5, _ => [1, 5]).Invoking(it => it.Classify(images)).Should().Throw<InvalidOperationException>()
            .WithMessage("*answered 5*0 to 4*");
    }

    [Fact]
    public void LabelClassifier_can_be_certified()
    {
        LabelClassifier bright = new(2, batch =>
        {
            using Tensor means = batch.mean([1, 2, 3]);
            return [.. means.data<float>().ToArray().Select(mean => mean > 0.5 ? 1 : 0)];
        });
        using Tensor image = full([1, 8, 8], 0.7f);
        SmoothedClassifier smoothed = new(new IdentityDenoiser(), bright, 0.5, new CohenCertifier(n: 1000), new SmoothingOptions
        {
            Seed = 1,
        });
        Certificate certificate = smoothed.Certify(image);
        certificate.Label.Should().Be(1);
        certificate.Radius.Should().BeInRange(0.5, 8 * 0.2, "the mean crosses 0.5 at l2 distance 8 x 0.2");
    }

    [Fact]
    public void EnsembleClassifier_averages_logits()
    {
        using DisposeScope scope = NewDisposeScope();
        EnsembleClassifier ensemble = new(s_channels, new DelegateClassifier(3, x => x.amax([2, 3]), "peaks"));
        Tensor images = rand(2, 3, 4, 4);
        Parity.RelativeError(ensemble.Classify(images), (images.mean([2, 3]) + images.amax([2, 3])) / 2).Should().BeLessThan(1e-6);
        ensemble.Info.Fingerprint.Should().Be("mean(channels+peaks)");
        ensemble.Info.Precision.Should().Be("float32");
        LiveTensors.ShouldNotChange(() => ensemble.Classify(images).Dispose());
        Action mixed = () => _ = new EnsembleClassifier(s_channels, new DelegateClassifier(4, x => x));
        mixed.Should().Throw<ArgumentException>().WithMessage("*same ClassCount*");
    }

    [Fact]
    public void GreyToColor_repeats_channels_and_averages_them_back()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor grey = rand(2, 1, 4, 4);
        GreyToColorClassifier classifier = new(s_channels);
        Parity.RelativeError(classifier.Classify(grey), grey.mean([2, 3]).expand(2, 3)).Should().BeLessThan(1e-6);
        GreyToColorDenoiser denoiser = new(new DelegateDenoiser((x, _) => x * tensor(new[] { 0f, 1f, 2f }).view(1, 3, 1, 1)));
        Parity.RelativeError(denoiser.Denoise(grey, new NoiseContext(0.5)), grey).Should().BeLessThan(1e-6);
        denoiser.Info.LargestSigma.Should().Be(double.PositiveInfinity);
        LiveTensors.ShouldNotChange(() => denoiser.Denoise(grey, new NoiseContext(0.5)).Dispose());
        Tensor color = rand(2, 3, 4, 4);
        classifier.Invoking(it => it.Classify(color)).Should().Throw<ArgumentException>().WithMessage("*[N,1,H,W]*[2,3,4,4]*");
    }

    [Fact]
    public void GreyToColorDenoiser_gives_a_stochastic_denoiser_normals_of_its_own()
    {
        using DisposeScope scope = NewDisposeScope();
        List<int> drawn = [];
        NoiseContext noise = new(0.5, stream => { drawn.Add(stream); return full([2, 1, 4, 4], (float)stream); });
        GreyToColorDenoiser denoiser = new(new DelegateDenoiser((_, inner) => inner.Draw(2)));
        denoiser.Denoise(rand(2, 1, 4, 4), noise).data<float>().ToArray().Should().OnlyContain(value => value == 5);
        drawn.Should().Equal(4, 5, 6);
    }
}
