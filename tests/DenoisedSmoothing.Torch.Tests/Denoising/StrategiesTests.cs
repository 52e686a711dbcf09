using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Denoising;

/// <summary>Every strategy over the bundled pair, from image to certificate.</summary>
public sealed class StrategiesTests : IDisposable
{
    private readonly FashionMnistPair _pair = FashionMnistPair.Load();

    public void Dispose() => _pair.Dispose();

    public static TheoryData<string> Names => ["one-shot", "multi-step", "heun", "vote", "local"];

    [Theory]
    [InlineData("one-shot")]
    [InlineData("multi-step")]
    [InlineData("local")]
    public void Certify_is_reproducible_and_independent_of_company(string name) => Reproduces(name);

    [Theory]
    [InlineData("heun")]
    [InlineData("vote")]
    [Trait("Category", "Slow")]
    public void Certify_in_many_passes_is_reproducible_and_independent_of_company(string name) => Reproduces(name);

    private void Reproduces(string name)
    {
        using DisposeScope scope = NewDisposeScope();
        LabeledImages test = FashionMnistPair.TestImages();
        SmoothingImage[] images = [.. Enumerable.Range(0, 2).Select(i => new SmoothingImage(test.Image(i), i))];
        // So noisy that votes differ: equal ones would show nothing.
        SmoothedClassifier Smooth(ulong seed) =>
            new([Strategy(name)], 1.4, new CohenCertifier(n0: 3, n: 12, alpha: .05), new SmoothingOptions
        {
            Batch = 4,
            Seed = seed,
        });
        static string Votes(Certificate certificate) =>
            $"{certificate.SelectionVotes};{certificate.EstimationVotes};{certificate.Radius:R}";

        Certificate[] together = [.. Smooth(1).CertifyMany(images)];

        together.Should().Contain(certificate => certificate.EstimationVotes.AsSpan().ToArray().Max() < 11);
        images.Reverse().Select(item => Votes(Smooth(1).Certify(item))).Reverse().Should().Equal(together.Select(Votes));
        Smooth(2).CertifyMany(images).Select(Votes).Should().NotEqual(together.Select(Votes));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Certify_finds_the_label_and_leaves_no_tensor(string name)
    {
        LabeledImages test = FashionMnistPair.TestImages();
        using Tensor image = test.Image(0);
        SmoothedClassifier smoothed = new([Strategy(name)], .25, new CohenCertifier(n0: 4, n: 4, alpha: .05), new SmoothingOptions
        {
            Batch = 4,
            Seed = 1,
        });
        LiveTensors.ShouldNotChange(() => smoothed.Certify(image).SelectedLabel.Should().Be(test.Label(0)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Sigma_beyond_the_model_is_refused_before_any_work(string name)
    {
        Action act = () => _ = new SmoothedClassifier([Strategy(name)], 1.6);
        act.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*noisiest timestep*");
    }

    [Fact]
    public void Diffusion_is_the_denoisers_model()
    {
        using Tensor noisy = Images.Random(1, 2, 1, 28, 28);
        using Tensor expected = _pair.Denoiser.Denoise(noisy, new NoiseContext(.5)), got = new OneShotDenoiser(_pair.Diffusion)
            .Denoise(noisy, new NoiseContext(.5));
        Images.ValuesOf(got).Should().Equal(Images.ValuesOf(expected));
        ((IDescribed)_pair.Denoiser).Info.Fingerprint.Should().Be($"one-shot({_pair.Diffusion.Info.Fingerprint})");
        _pair.Diffusion.LastTimestep.Should().Be(FashionMnistPair.LastTimestep);
    }

    private IBaseClassifier Strategy(string name)
    {
        MultiStepDenoiser strided = new(_pair.Diffusion, new MultiStepOptions { Steps = 3 });
        return name switch
        {
            "multi-step" => new DenoisedClassifier(strided, _pair.Classifier),
            "heun" => new DenoisedClassifier(new HeunDenoiser(_pair.Diffusion, new HeunOptions { Steps = 3 }), _pair.Classifier),
            "vote" => new MajorityVoteClassifier(new DenoisedClassifier(strided, _pair.Classifier), 3),
            "local" => new LocallySmoothedClassifier(_pair.Denoiser, _pair.Classifier, 3, .05),
            _ => new DenoisedClassifier(_pair.Denoiser, _pair.Classifier),
        };
    }
}
