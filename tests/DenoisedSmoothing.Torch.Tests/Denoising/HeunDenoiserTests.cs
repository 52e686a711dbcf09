using System.Globalization;
using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Schedules;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Denoising;

public class HeunDenoiserTests
{
    /// <summary>
    /// NVlabs/edm, generate.py, edm_sampler without churn (edm_sampler: 18 steps, sigma_min .002, rho 7, on D(x,s) = .5 tanh(x/(.3 + s^2))
    /// + .1 x in float64).
    /// </summary>
    [Theory]
    [InlineData(.25, "0.5")]
    [InlineData(.5, "1.0")]
    [InlineData(1, "2.0")]
    public void Denoise_equals_the_reference(double sigma, string name)
    {
        using DisposeScope scope = NewDisposeScope();
        using SafetensorsFile golden = SafetensorsFile.Open(Golden.PathOf("edm_sampler.safetensors"));
        Analytic predictor = new();
        Tensor noisy = (golden.Read("x_noisy").to_type(ScalarType.Float64) + 1) / 2; // float64, so that nothing is lost on the way
        Tensor denoised = new HeunDenoiser(predictor).Denoise(noisy, new NoiseContext(sigma));

        predictor.Levels.Should().HaveCount(35);
        double error = Parity.RelativeError(denoised * 2 - 1, golden.Read("output_" + name));
        error.Should().BeLessThan(2e-6);
    }

    /// <summary>goldens/field/edm_tsteps.tsv: NVlabs/edm's time steps with nine digits.</summary>
    [Fact]
    public void LevelsFor_are_the_references()
    {
        foreach (string[] row in Golden.Rows("field/edm_tsteps.tsv"))
        {
            double sigma = double.Parse(row[0], CultureInfo.InvariantCulture);
            double[] expected = [.. row[2].Split(' ').Select(level => double.Parse(level, CultureInfo.InvariantCulture))];
            IReadOnlyList<double> levels = new HeunDenoiser(new Analytic()).LevelsFor(sigma);
            levels.Should().HaveCount(expected.Length).And.HaveCount(19);
            levels.Zip(expected).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) <= 5e-9 * pair.Second);
            levels[0].Should().Be(2 * sigma);
        }
    }

    /// <summary>
    /// Of all data one image, the probability flow is a straight line to it, which Heun's method follows without error, whatever the
    /// network says it in.
    /// </summary>
    [Theory]
    [InlineData(Parametrization.Epsilon)]
    [InlineData(Parametrization.X0)]
    [InlineData(Parametrization.V)]
    public void Denoise_with_an_exact_network_gives_the_clean_image(Parametrization parametrization)
    {
        using DisposeScope scope = NewDisposeScope();
        CosineSchedule schedule = new(4000);
        Tensor clean = Images.Random(1, 2, 3, 4, 4), x0 = clean * 2 - 1, noisy = clean + .5 * SyntheticWeights.Input(2, clean.shape);
        IReadOnlyList<double> levels = [];
        int call = 0;
        List<double> asked = [];
        FakeNetwork network = new((x, t) =>
        {
            asked.Add(t[0].item<float>());
            // Call 0 is at level 0, calls 2i - 1 and 2i are at level i.
            double level = levels[(call++ + 1) / 2], root = Math.Sqrt(1 + level * level);
            Tensor epsilon = (x * root - x0) / level;
            return parametrization switch
            {
                Parametrization.X0 => x0.clone(),
                Parametrization.V => (epsilon - level * x0) / root,
                _ => epsilon,
            };
        });
        HeunDenoiser denoiser = new(new DiffusionModel(network, schedule, .25, parametrization: parametrization));
        levels = denoiser.LevelsFor(.5);

        Tensor denoised = denoiser.Denoise(noisy, new NoiseContext(.5));

        denoised.dtype.Should().Be(ScalarType.Float32);
        Parity.RelativeError(denoised, clean).Should().BeLessThan(1e-4);
        call.Should().Be(35);
        asked[0].Should().BeApproximately(.25 * schedule.ContinuousTimestep(1), 1e-3);
        asked[^1].Should().Be(0, "the lowest level lies below the schedule's");
    }

    [Fact]
    public void PredictX0_is_x_less_its_noise()
    {
        // facts of an epsilon network: x0(x, s) = x - s eps(x / sqrt(1 + s^2), t(s)).
        using DisposeScope scope = NewDisposeScope();
        LinearSchedule schedule = new(1000);
        FakeNetwork network = new((x, t) => tanh(x * 3 + t.reshape(-1, 1, 1, 1) / 500));
        DiffusionModel model = new(network, schedule);
        Tensor x = SyntheticWeights.Input(3, [2, 1, 4, 4], -2, 2).to_type(ScalarType.Float64);
        foreach (double s in new[] { .002, .05, .7, 2.5 })
        {
            double t = s < .0101 ? 0 : schedule.ContinuousTimestep(s);
            Tensor expected = x - s * tanh(x / Math.Sqrt(1 + s * s) * 3 + t / 500);
            Tensor got = model.PredictX0(x, s);
            got.dtype.Should().Be(ScalarType.Float64);
            (got - expected).abs().max().item<double>().Should().BeLessThan(1e-5);
        }

        foreach (double level in new[] { 0, -1, double.NaN, 1e9 })
        {
            Action act = () => model.PredictX0(x, level);
            act.Should().Throw<ArgumentOutOfRangeException>();
        }
    }

    [Fact]
    public void Denoise_leaves_its_input_and_no_tensor_and_draws_nothing()
    {
        using Tensor noisy = Images.Random(4, 2, 1, 4, 4);
        float[] before = Images.ValuesOf(noisy);
        long start = LiveTensors.Count, most = 0;
        DiffusionModel model = new(new FakeNetwork((x, _) =>
        {
            most = Math.Max(most, LiveTensors.Count - start);
            return x * .5;
        }), new LinearSchedule(1000));
        foreach (int steps in new[] { 2, 200 })
            LiveTensors.ShouldNotChange(() => new HeunDenoiser(model, new HeunOptions
            {
                Steps = steps,
            }).Denoise(noisy, new NoiseContext(.5)).Dispose());
        most.Should().BeLessThan(20);
        Images.ValuesOf(noisy).Should().Equal(before);
    }

    [Fact]
    public void Options_and_sigma_out_of_range_are_refused()
    {
        Analytic predictor = new();
        foreach (HeunOptions options in new HeunOptions[]
        {
            new() { Steps = 1 }, new() { SmallestNoiseToSignal = 0 }, new() { SmallestNoiseToSignal = double.NaN },
            new()
            {
                SmallestNoiseToSignal = double.PositiveInfinity,
            }, new() { Rho = 0 }, new() { Rho = double.NaN }, new() { Rho = double.PositiveInfinity },
        })
        {
            Action act = () => _ = new HeunDenoiser(predictor, options);
            act.Should().Throw<ArgumentOutOfRangeException>("{0}", options);
        }

        HeunDenoiser denoiser = new(predictor);
        denoiser.Info.LargestSigma.Should().Be(5);
        Action low = () => denoiser.LevelsFor(.001), high = () => denoiser.LevelsFor(5.1), none = () => _ = new HeunDenoiser(null!);
        low.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*2 sigma must be above*");
        high.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*noisiest level*");
        none.Should().Throw<ArgumentNullException>();
        denoiser.LevelsFor(5)[0].Should().Be(10);
    }

    [Fact]
    public void Fingerprint_tells_options_and_predictors_apart()
    {
        DiffusionModel model = new(new FakeNetwork((x, _) => x * 1), new LinearSchedule(1000)), other =
            new(new FakeNetwork((x, _) => x * 1), new CosineSchedule(1000));
        string[] names =
        [
            new HeunDenoiser(model).Info.Fingerprint, new HeunDenoiser(model, new HeunOptions { Steps = 9 }).Info.Fingerprint,
            new HeunDenoiser(model, new HeunOptions
            {
                Rho = 3,
            }).Info.Fingerprint, new HeunDenoiser(model, new HeunOptions { SmallestNoiseToSignal = .01 }).Info.Fingerprint,
            new HeunDenoiser(other).Info.Fingerprint,
        ];
        names.Should().OnlyHaveUniqueItems();
        new HeunDenoiser(model).Info.Precision.Should().Be("float32");
    }

    private sealed class Analytic : IX0Predictor
    {
        public List<double> Levels { get; } = [];

        public double LargestNoiseToSignal => 10;

        public Tensor PredictX0(Tensor x, double noiseToSignal)
        {
            Levels.Add(noiseToSignal);
            x.dtype.Should().Be(ScalarType.Float64);
            return .5 * tanh(x / (.3 + noiseToSignal * noiseToSignal)) + .1 * x;
        }
    }
}
