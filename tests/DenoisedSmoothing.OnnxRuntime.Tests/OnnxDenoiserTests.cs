using DenoisedSmoothing.Checkpoints;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Schedules;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.OnnxRuntime.Tests;

public sealed class OnnxDenoiserTests : IDisposable
{
    private const double Sigma = 0.3;
    private static readonly CosineSchedule s_schedule = new(1000);
    private readonly OnnxModels _models = new();

    public void Dispose() => _models.Dispose();

    [Theory]
    [InlineData(Parametrization.Epsilon)]
    [InlineData(Parametrization.X0)]
    [InlineData(Parametrization.V)]
    public void Denoise_inverts_each_parametrisation(Parametrization parametrization)
    {
        using OnnxDenoiser denoiser = OnnxDenoiser.Load(_models.Denoiser(OnnxType.Float, ["n"]), s_schedule, parametrization);
        ShouldEqualFormula(denoiser, parametrization, 1);
    }

    public static TheoryData<string, int, string> TimestepForms => new()
    {
        { "float [n]", (int)OnnxType.Float, "n" },
        { "float16 [n]", (int)OnnxType.Float16, "n" },
        { "int64 [n]", (int)OnnxType.Int64, "n" },
        { "int32 [n]", (int)OnnxType.Int32, "n" },
        { "int64 number", (int)OnnxType.Int64, "" },
        { "float [1]", (int)OnnxType.Float, "1" },
        { "int64 [n,1]", (int)OnnxType.Int64, "n 1" },
    };

    [Theory]
    [MemberData(nameof(TimestepForms))]
    public void Denoise_feeds_timesteps_as_the_model_takes_them(string form, int type, string shape)
    {
        object[] sizes = [.. shape.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(size => size == "1" ? (object)1L : size)];
        using OnnxDenoiser denoiser = OnnxDenoiser.Load(_models.Denoiser((OnnxType)type, sizes), s_schedule, timestepScale: 2);
        ShouldEqualFormula(denoiser, Parametrization.Epsilon, 2, form);
    }

    [Fact]
    public void Denoise_ignores_a_learned_variance()
    {
        using OnnxDenoiser denoiser = OnnxDenoiser.Load(_models.Denoiser(OnnxType.Float, ["n"], variance: true), s_schedule);
        ShouldEqualFormula(denoiser, Parametrization.Epsilon, 1);
    }

    [Fact]
    public void Denoise_leaves_no_tensor_alive()
    {
        using OnnxDenoiser denoiser = OnnxDenoiser.Load(_models.Denoiser(OnnxType.Int64, ["n"]), s_schedule);
        using Tensor noisy = rand(2, 1, 4, 4);
        LiveTensors.ShouldNotChange(() =>
        {
            for (int call = 0; call < 3; call++)
                denoiser.Denoise(noisy, new NoiseContext(Sigma)).Dispose();
        });
    }

    [Fact]
    public void Load_integer_timesteps_with_a_fractional_scale_are_refused()
    {
        string path = _models.Denoiser(OnnxType.Int64, ["n"]);
        Action act = () => OnnxDenoiser.Load(path, s_schedule, timestepScale: 0.25).Dispose();
        act.Should().Throw<ArgumentException>().WithMessage("*whole timesteps*0.25*");
        using OnnxNetwork network = OnnxNetwork.Load(path);
        using Tensor x = zeros(1, 1, 4, 4), t = full(1, 10.5f);
        network.Invoking(it => it.call(x, t)).Should().Throw<ArgumentException>().WithMessage("*whole timesteps*");
    }

    [Fact]
    public void Call_several_timesteps_where_the_model_takes_one_are_refused()
    {
        using OnnxNetwork network = OnnxNetwork.Load(_models.Denoiser(OnnxType.Float, []));
        using Tensor x = zeros(2, 1, 4, 4), t = tensor(new[] { 1f, 2f });
        network.Invoking(it => it.call(x, t)).Should().Throw<ArgumentException>().WithMessage("*one timestep for all rows*");
    }

    [Fact]
    public void Load_a_classifier_as_denoiser_is_refused()
    {
        string path = _models.Classifier("n", 6);
        Action act = () => OnnxDenoiser.Load(path, s_schedule).Dispose();
        act.Should().Throw<CheckpointException>().WithMessage("*images [N,C,H,W]*'logits'*");
    }

    [Fact]
    public void Load_a_model_without_timesteps_as_denoiser_is_refused()
    {
        string path = new OnnxModel().Input("x", OnnxType.Float, "n", 1, 4, 4).Node("Identity", "x", "y")
            .Output("y", OnnxType.Float, "n", 1, 4, 4).Save(_models.PathOf("plain.onnx"));
        Action act = () => OnnxDenoiser.Load(path, s_schedule).Dispose();
        act.Should().Throw<CheckpointException>().WithMessage("*takes timesteps*'x' float [?,1,4,4] alone*");
    }

    [Fact]
    public void LargestSigma_and_fingerprint_are_the_one_shot_denoisers()
    {
        using OnnxDenoiser denoiser = OnnxDenoiser.Load(_models.Denoiser(OnnxType.Float, ["n"]), s_schedule, lastTimestep: 500);
        using OnnxNetwork network = OnnxNetwork.Load(_models.PathOf("denoiser.onnx"));
        using OneShotDenoiser same = new(network, s_schedule, lastTimestep: 500);
        denoiser.Info.LargestSigma.Should().Be(same.Info.LargestSigma);
        denoiser.Info.Fingerprint.Should().Be(same.Info.Fingerprint).And.Contain("onnx:");
        OnnxDenoiser.Load(_models.PathOf("denoiser.onnx"), s_schedule, Parametrization.V).Info.Fingerprint.Should()
            .NotBe(same.Info.Fingerprint);
    }

    /// <summary>
    /// The model answers 0.5 x_t + 0.001 t; what that means for the clean image follows from the parametrisation's definition.
    /// </summary>
    private static void ShouldEqualFormula(OnnxDenoiser denoiser, Parametrization parametrization, double scale, string because = "")
    {
        using DisposeScope scope = NewDisposeScope();
        int t = s_schedule.TimestepFor(2 * Sigma);
        double alphaBar = s_schedule.AlphaBar(t);
        Tensor noisy = SyntheticWeights.Input(2, [3, 1, 4, 4], 0, 1);
        Tensor xt = (noisy.to(ScalarType.Float64) * 2 - 1) * Math.Sqrt(alphaBar);
        Tensor answer = xt * 0.5 + 0.001 * t * scale;
        Tensor clean = parametrization switch
        {
            Parametrization.X0 => answer,
            Parametrization.V => Math.Sqrt(alphaBar) * xt - Math.Sqrt(1 - alphaBar) * answer,
            _ => (xt - Math.Sqrt(1 - alphaBar) * answer) / Math.Sqrt(alphaBar),
        };
        Tensor expected = ((clean.clamp(-1, 1) + 1) / 2).to(ScalarType.Float32);
        for (int call = 0; call < 2; call++)
            Parity.RelativeError(denoiser.Denoise(noisy, new NoiseContext(Sigma)), expected).Should().BeLessThan(1e-5, because);
    }
}
