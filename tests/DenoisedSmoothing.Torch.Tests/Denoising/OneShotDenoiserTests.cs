using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Schedules;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Denoising;

public class OneShotDenoiserTests
{
    private static readonly INoiseSchedule Cosine = new CosineSchedule(4000);

    [Theory]
    [InlineData(.12)]
    [InlineData(.25)]
    [InlineData(.5)]
    [InlineData(1)]
    public void Denoise_with_the_true_noise_reconstructs_the_clean_image(double sigma)
    {
        // For a known x_0, the network that answers (x_t - sqrt(abar) x_0) / sqrt(1 - abar) is right at every timestep.
        using DisposeScope scope = NewDisposeScope();
        Tensor clean = Images.Random(1, 4, 3, 5, 5), noisy = clean + sigma * randn(clean.shape, generator: new Generator(1));
        double alphaBar = Cosine.AlphaBar(Cosine.TimestepFor(2 * sigma));
        FakeNetwork network = new((x, _) => (x - Math.Sqrt(alphaBar) * (2 * clean - 1)) / Math.Sqrt(1 - alphaBar));

        Tensor denoised = new OneShotDenoiser(network, Cosine).Denoise(noisy, new NoiseContext(sigma));

        (denoised - clean).abs().max().item<float>().Should().BeLessThan(1e-5f);
    }

    [Theory]
    // t* as ethz-privsec/diffusion_denoised_smoothing, cifar10/certify.py and imagenet/certify.py find it.
    [InlineData("cosine", .25, 1158)]
    [InlineData("cosine", .5, 1984)]
    [InlineData("linear", .25, 145)]
    [InlineData("linear", 1, 396)]
    public void Denoise_asks_the_network_at_the_references_timestep_for_the_scaled_image(string kind, double sigma, int timestep)
    {
        using DisposeScope scope = NewDisposeScope();
        INoiseSchedule schedule = kind == "cosine" ? Cosine : new LinearSchedule(1000);
        double scale = 1000.0 / schedule.TimestepCount;
        Tensor noisy = Images.Random(2, 3, 1, 4, 4) * 3 - 1;
        float[] asked = [], timesteps = [];
        FakeNetwork network = new((x, t) =>
        {
            (asked, timesteps) = (Images.ValuesOf(x), Images.ValuesOf(t));
            return zeros_like(x);
        });

        OneShotDenoiser denoiser = new(network, schedule, scale);
        denoiser.Denoise(noisy, new NoiseContext(sigma));

        denoiser.TimestepFor(sigma).Should().Be(timestep);
        timesteps.Should().Equal(Enumerable.Repeat((float)(timestep * scale), 3));
        double root = Math.Sqrt(schedule.AlphaBar(timestep));
        asked.Zip(Images.ValuesOf(noisy)).Should().OnlyContain(pair => Math.Abs(pair.First - root * (2 * pair.Second - 1)) < 1e-5);
    }

    [Fact]
    public void Denoise_clamps_to_the_pixels_range()
    {
        using DisposeScope scope = NewDisposeScope();
        FakeNetwork nothing = new((x, _) => zeros_like(x));
        Tensor denoised = new OneShotDenoiser(nothing, Cosine).Denoise(tensor([-3f, .25f, 4f, 1f], [1, 1, 2, 2]), new NoiseContext(.5));
        denoised.data<float>().ToArray().Zip([0f, .25f, 1f, 1f]).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-6f);
        (denoised.min().item<float>(), denoised.max().item<float>()).Should().Be((0, 1));
    }

    [Fact]
    public void Denoise_ignores_a_learned_variance()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor noisy = Images.Random(3, 2, 3, 4, 4);
        FakeNetwork plain = new((x, _) => x * .5), learned = new((x, _) => cat([x * .5, full_like(x, float.NaN)], 1));
        NoiseContext noise = new(.5);
        Images.ValuesOf(new OneShotDenoiser(learned, Cosine).Denoise(noisy, noise)).Should()
            .Equal(Images.ValuesOf(new OneShotDenoiser(plain, Cosine).Denoise(noisy, noise)));
    }

    [Fact]
    public void Denoise_network_of_another_shape_is_an_error()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor noisy = Images.Random(3, 2, 3, 4, 4);
        foreach (FakeNetwork network in new FakeNetwork[]
        {
            new((x, _) => x.narrow(1, 0, 1).clone()),
            new((x, _) => cat([x, x, x], 1)),
            new((x, _) => x.narrow(2, 0, 1).clone()), // would broadcast
            new((x, _) => x.flatten(1)),
        })
        {
            Action act = () => new OneShotDenoiser(network, Cosine).Denoise(noisy, new NoiseContext(.5));
            act.Should().Throw<InvalidOperationException>().WithMessage("*[2,3,4,4]*[2,6,4,4]*returned*");
        }
    }

    [Fact]
    public void Denoise_leaves_its_input_and_no_tensor()
    {
        using Tensor noisy = Images.Random(4, 2, 3, 4, 4);
        float[] before = Images.ValuesOf(noisy);
        OneShotDenoiser denoiser = new(new FakeNetwork((x, t) => x * t.reshape(-1, 1, 1, 1) / 1000), Cosine);
        LiveTensors.ShouldNotChange(() => denoiser.Denoise(noisy, new NoiseContext(.5)).Dispose());
        Images.ValuesOf(noisy).Should().Equal(before);
    }

    [Fact]
    public void Sigma_beyond_the_last_timestep_is_refused()
    {
        FakeNetwork network = new((x, _) => zeros_like(x));
        OneShotDenoiser denoiser = new(network, Cosine, lastTimestep: 1984);
        using Tensor noisy = Images.Random(5, 1, 1, 2, 2);

        denoiser.Info.LargestSigma.Should().BeInRange(.5, .501);
        denoiser.TimestepFor(denoiser.Info.LargestSigma).Should().Be(1984);
        foreach (double sigma in new[] { Math.BitIncrement(denoiser.Info.LargestSigma), 1e9, double.NaN })
        {
            Action act = () => denoiser.TimestepFor(sigma);
            act.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*noisiest timestep*");
        }

        Action denoise = () => denoiser.Denoise(noisy, new NoiseContext(.6));
        denoise.Should().Throw<ArgumentOutOfRangeException>();
        new OneShotDenoiser(network, Cosine).Info.LargestSigma.Should().BeGreaterThan(100);
    }

    [Fact]
    public void Constructor_refuses_what_cannot_be()
    {
        FakeNetwork network = new((x, _) => x);
        foreach (double scale in new[] { 0, -1, double.NaN, double.PositiveInfinity })
            Refused(() => new OneShotDenoiser(network, Cosine, scale));
        foreach (int last in new[] { -1, 0, 4000 }) // no sigma is answered at timestep 0
            Refused(() => new OneShotDenoiser(network, Cosine, lastTimestep: last));
        Action noNetwork = () => _ = new OneShotDenoiser(null!, Cosine), noSchedule = () => _ = new OneShotDenoiser(network, null!);
        noNetwork.Should().Throw<ArgumentNullException>();
        noSchedule.Should().Throw<ArgumentNullException>();

        static void Refused(Func<object> make) => make.Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Constructor_puts_the_network_in_evaluation_mode()
    {
        FakeNetwork network = new((x, _) => x);
        network.train();
        _ = new OneShotDenoiser(network, Cosine);
        network.training.Should().BeFalse();
    }

    [Fact]
    public void Fingerprint_tells_weights_and_scale_apart()
    {
        using nn.Module<Tensor, Tensor, Tensor> one = FashionMnistPair.NewDenoiserNetwork(), other = FashionMnistPair.NewDenoiserNetwork();
        SyntheticWeights.Fill(one);
        SyntheticWeights.Fill(other);
        string fingerprint = new OneShotDenoiser(one, Cosine).Info.Fingerprint;
        new OneShotDenoiser(other, Cosine).Info.Fingerprint.Should().Be(fingerprint, "equal weights are one function");
        new OneShotDenoiser(other, Cosine, .25).Info.Fingerprint.Should().NotBe(fingerprint);
        using (no_grad())
            other.parameters().First().add_(1e-3);
        new OneShotDenoiser(other, Cosine).Info.Fingerprint.Should().NotBe(fingerprint);
    }
}
