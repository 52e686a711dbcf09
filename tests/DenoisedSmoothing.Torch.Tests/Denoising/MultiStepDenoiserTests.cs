using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Models;
using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Schedules;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Votes;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Denoising;

public class MultiStepDenoiserTests
{
    private static readonly INoiseSchedule s_linear = new LinearSchedule(1000);

    /// <summary>
    /// The multistep loop of ethz-privsec/diffusion_denoised_smoothing over improved-diffusion's p_sample, from t* = 12 (ddpm_multistep:
    /// linear T = 1000, learned variance, clipped, step i given the normals of tag 1000100 + i).
    /// </summary>
    [Fact]
    public void Denoise_equals_the_reference()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        DiffusionUNet network = Parity.Filled(new DiffusionUNet(new DiffusionUNetOptions
        {
            ModelChannels = 32, ChannelMultipliers = [1, 2], ResidualBlocks = 1, AttentionFactors = [2], Heads = 4, Dropout = 0.3,
        }));
        using SafetensorsFile golden = SafetensorsFile.Open(Golden.PathOf("ddpm_multistep.safetensors"));
        double alphaBar = s_linear.AlphaBar(12), sigma = Math.Sqrt((1 - alphaBar) / alphaBar) / 2;
        Tensor noisy = (golden.Read("x_t") / Math.Sqrt(alphaBar) + 1) / 2;
        NoiseContext noise = new(sigma, stream => SyntheticWeights.Input(1000100 + (uint)stream, noisy.shape, -1.7, 1.7));
        MultiStepDenoiser denoiser = new(new DiffusionModel(network, s_linear), new MultiStepOptions { StartBelow = true });

        denoiser.TimestepsFor(sigma).Should().Equal(Enumerable.Range(0, 12).Reverse());
        double error = Parity.RelativeError(denoiser.Denoise(noisy, noise) * 2 - 1, golden.Read("output"));
        error.Should().BeLessThan(2e-6);
    }

    /// <summary>
    /// Posterior coefficients of openai/improved-diffusion (schedules.json), which hold for steps from one timestep to the next.
    /// </summary>
    [Theory]
    [InlineData("linear")]
    [InlineData("cosine")]
    public void ReverseStep_of_neighbours_is_the_references(string name)
    {
        INoiseSchedule schedule = name == "linear" ? s_linear : new CosineSchedule(4000);
        using var json = Golden.Json("schedules.json");
        var golden = json.RootElement.GetProperty("schedules").GetProperty(name);
        int checked_ = 0;
        foreach (var entry in golden.GetProperty("beta").EnumerateObject())
        {
            int t = int.Parse(entry.Name, System.Globalization.CultureInfo.InvariantCulture);
            if (t == 0)
                continue;
            ReverseStep step = ReverseStep.Between(schedule, t, t - 1);
            double Of(string key) => golden.GetProperty(key).GetProperty(entry.Name).GetDouble();
            Math.Exp(step.LogBeta).Should().BeApproximately(Of("beta"), 1e-9 * Of("beta"));
            step.OfX0.Should().BeApproximately(Of("posterior_mean_coef1"), 1e-9);
            step.OfXt.Should().BeApproximately(Of("posterior_mean_coef2"), 1e-9);
            step.LogPosterior.Should().BeApproximately(Of("posterior_log_variance_clipped"), 1e-9);
            checked_++;
        }

        checked_.Should().BeGreaterThan(8);
    }

    [Theory]
    [InlineData(null, false, 11, new[] { 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0 })]
    [InlineData(null, true, 3, new[] { 2, 1, 0 })]
    [InlineData(100, false, 3, new[] { 3, 2, 1, 0 })] // no more than there are
    [InlineData(1, false, 11, new[] { 11 })]
    [InlineData(2, false, 11, new[] { 11, 5 })]
    [InlineData(3, false, 11, new[] { 11, 7, 3 })]
    [InlineData(5, false, 11, new[] { 11, 9, 6, 4, 1 })] // 12 9.6 7.2 4.8 2.4, counted from 1
    [InlineData(1, true, 1, new[] { 0 })]
    public void TimestepsFor_spreads_evenly(int? steps, bool below, int timestep, int[] expected)
    {
        MultiStepDenoiser denoiser = new(new DiffusionModel(new FakeNetwork((x, _) => x * 1), s_linear), new MultiStepOptions
        {
            Steps = steps,
            StartBelow = below,
        });
        double alphaBar = s_linear.AlphaBar(timestep);
        denoiser.TimestepsFor(Math.Sqrt((1 - alphaBar) / alphaBar) / 2).Should().Equal(expected);
    }

    [Fact]
    public void TimestepsFor_any_number_of_steps_falls_strictly_to_near_0()
    {
        for (int start = 0; start < 150; start++)
        {
            for (int steps = 1; steps <= start + 2; steps++)
            {
                int[] timesteps = ReverseStep.Timesteps(start, steps);
                timesteps.Should().HaveCount(Math.Min(steps, start + 1));
                timesteps[0].Should().Be(start);
                timesteps[^1].Should().BeInRange(0, (start + 1) / timesteps.Length);
                timesteps.Zip(timesteps.Skip(1)).All(pair => pair.First > pair.Second).Should()
                    .BeTrue("start {0}, steps {1}", start, steps);
            }
        }
    }

    /// <summary>
    /// Where all data is one image, the network that answers that image is exact, and x_t has its true distribution at every kept timestep:
    /// mean sqrt(abar) x_0, variance 1 - abar. Wrong betas of strides would show.
    /// </summary>
    [Theory]
    [InlineData(null, Parametrization.Epsilon, false)]
    [InlineData(7, Parametrization.X0, false)]
    [InlineData(7, Parametrization.V, true)]
    [InlineData(40, Parametrization.Epsilon, true)]
    public void Denoise_keeps_the_noise_of_every_level(int? steps, Parametrization parametrization, bool learned)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        const double sigma = .12; // t* = 70
        Tensor clean = Images.Random(1, 1, 3, 64, 64), x0 = clean * 2 - 1;
        List<double> deviations = [];
        FakeNetwork network = new((x, t) =>
        {
            double alphaBar = s_linear.AlphaBar((int)t[0].item<float>());
            Tensor residual = (x - Math.Sqrt(alphaBar) * x0) / Math.Sqrt(1 - alphaBar);
            deviations.Add(residual.square().mean().item<float>());
            Tensor answer = parametrization switch
            {
                Parametrization.X0 => x0.clone(),
                Parametrization.V => Math.Sqrt(alphaBar) * residual - Math.Sqrt(1 - alphaBar) * x0,
                _ => residual,
            };
            return learned ? cat([answer, full_like(answer, -1)], 1) : answer; // -1: the lower bound, the posterior's variance
        });
        DiffusionModel model = new(network, s_linear, parametrization: parametrization);
        double alphaStar = s_linear.AlphaBar(70), exact = Math.Sqrt((1 - alphaStar) / alphaStar) / 2;
        Tensor noisy = clean + exact * Normals(0, clean.shape);

        Tensor denoised = new MultiStepDenoiser(model, new MultiStepOptions
        {
            Steps = steps,
        }).Denoise(noisy, new NoiseContext(sigma, stream => Normals(stream, clean.shape)));

        deviations.Should().HaveCount(steps ?? 71);
        deviations.Should().OnlyContain(variance => Math.Abs(variance - 1) < .08, "five deviations of a mean over 12,288 squares");
        Parity.RelativeError(denoised, clean).Should().BeLessThan(1e-4);
    }

    [Fact]
    public void Denoise_learned_variance_lies_between_its_bounds()
    {
        using DisposeScope scope = NewDisposeScope();
        ReverseStep step = ReverseStep.Between(s_linear, 11, 5);
        double alphaBar = s_linear.AlphaBar(11), sigma = Math.Sqrt((1 - alphaBar) / alphaBar) / 2;
        foreach ((double v, double logVariance) in new[] { (-1, step.LogPosterior), (1, step.LogBeta),
            (.5, .75 * step.LogBeta + .25 * step.LogPosterior) })
        {
            Tensor? second = null;
            FakeNetwork network = new((x, t) =>
            {
                second = x.clone().DetachFromDisposeScope();
                return cat([zeros_like(x), full_like(x, v)], 1);
            });
            new MultiStepDenoiser(new DiffusionModel(network, s_linear, parametrization: Parametrization.X0), new MultiStepOptions
            {
                Steps = 2,
            })
                .Denoise(full([1, 1, 2, 2], .5f), new NoiseContext(sigma, _ => ones(1, 1, 2, 2)));
            // x_t and x_0 are 0 here: the mean is, too, and the normals are 1.
            Images.ValuesOf(second!).Should()
                .AllSatisfy(value => ((double)value).Should().BeApproximately(Math.Exp(logVariance / 2), 1e-6));
            second!.Dispose();
        }
    }

    [Fact]
    public void Denoise_in_one_step_is_one_shot()
    {
        using DisposeScope scope = NewDisposeScope();
        using FashionMnistPair pair = FashionMnistPair.Load();
        Tensor noisy = Images.Random(1, 4, 1, 28, 28) + .5 * Normals(1, [4, 1, 28, 28]);
        Tensor one = new MultiStepDenoiser(pair.Diffusion, new MultiStepOptions { Steps = 1 }).Denoise(noisy, new NoiseContext(.5));
        Images.ValuesOf(one).Should().Equal(Images.ValuesOf(pair.Denoiser.Denoise(noisy, new NoiseContext(.5))));
    }

    [Fact]
    public void Denoise_noise_added_at_timestep_t_is_stream_t()
    {
        using Tensor noisy = Images.Random(2, 2, 1, 3, 3);
        List<int> streams = [];
        MultiStepDenoiser denoiser = new(new DiffusionModel(new FakeNetwork((x, _) => x * .5), s_linear), new MultiStepOptions
        {
            Steps = 9,
        });
        LiveTensors.ShouldNotChange(() => denoiser.Denoise(noisy, new NoiseContext(.25, stream =>
        {
            streams.Add(stream);
            return Normals(stream, noisy.shape);
        })).Dispose());
        streams.Should().Equal(denoiser.TimestepsFor(.25).SkipLast(1)).And.HaveCount(8).And.OnlyContain(stream => stream > 0);
        Action silent = () => denoiser.Denoise(noisy, new NoiseContext(.25));
        silent.Should().Throw<InvalidOperationException>().WithMessage("*source of normals*");
    }

    [Fact]
    public void Denoise_hundreds_of_steps_hold_no_more_tensors_than_few()
    {
        using Tensor noisy = Images.Random(3, 2, 1, 4, 4);
        float[] before = Images.ValuesOf(noisy);
        long start = LiveTensors.Count, most = 0;
        DiffusionModel model = new(new FakeNetwork((x, t) =>
        {
            most = Math.Max(most, LiveTensors.Count - start);
            return cat([x * .5, x * .1], 1);
        }), s_linear);
        foreach (int? steps in new int?[] { 3, null })
            LiveTensors.ShouldNotChange(() => new MultiStepDenoiser(model, new MultiStepOptions
            {
                Steps = steps,
            }).Denoise(noisy, new NoiseContext(.5, stream => Normals(stream, noisy.shape))).Dispose());
        most.Should().BeLessThan(10);
        Images.ValuesOf(noisy).Should().Equal(before);
    }

    [Fact]
    public void Options_and_sigma_out_of_range_are_refused()
    {
        DiffusionModel model = new(new FakeNetwork((x, _) => x * 1), s_linear, lastTimestep: 259);
        MultiStepDenoiser denoiser = new(model);
        denoiser.Info.LargestSigma.Should().Be(model.LargestSigma).And.BeInRange(.5, .51);
        foreach (Action act in new Action[]
        {
            () => _ = new MultiStepDenoiser(model, new MultiStepOptions { Steps = 0 }),
            () => denoiser.TimestepsFor(.6),
            () => denoiser.Denoise(ones(1, 1, 2, 2), new NoiseContext(.6)),
        })
        {
            act.Should().Throw<ArgumentOutOfRangeException>();
        }

        Action none = () => _ = new MultiStepDenoiser(null!);
        none.Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public void Fingerprint_tells_options_apart()
    {
        DiffusionModel model = new(new FakeNetwork((x, _) => x * 1), s_linear);
        string[] names = [.. new MultiStepOptions[] { new(), new()
        {
            Steps = 5,
        }, new() { StartBelow = true } }.Select(options => new MultiStepDenoiser(model, options).Info.Fingerprint)];
        names.Should().OnlyHaveUniqueItems();
        new MultiStepDenoiser(model, new MultiStepOptions
        {
            Steps = 5,
        }).Info.Fingerprint.Should().Be(names[1]).And.Contain(model.Info.Fingerprint);
    }

    private static Tensor Normals(int stream, long[] shape)
    {
        float[] values = new float[shape.Aggregate(1L, (a, b) => a * b)];
        GaussianNoise.Fill(17, new NoiseCoordinate(stream, 0, VotePhase.Prediction, 0), values);
        return tensor(values, shape);
    }
}
