using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Schedules;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Denoising;

public class DiffusionModelTests
{
    private static readonly INoiseSchedule s_schedule = new LinearSchedule(1000);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(500)]
    public void Predict_undoes_the_forward_process_at_every_timestep(int timestep)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x0 = SyntheticWeights.Input(1, [2, 1, 4, 4]), z = SyntheticWeights.Input(2, [2, 1, 4, 4]);
        double alphaBar = s_schedule.AlphaBar(timestep), signal = Math.Sqrt(alphaBar), noise = Math.Sqrt(1 - alphaBar);
        Tensor xt = signal * x0 + noise * z;
        float[] before = Images.ValuesOf(xt);
        foreach ((Parametrization parametrization, Tensor answer) in new[] { (Parametrization.Epsilon, z), (Parametrization.X0, x0),
            (Parametrization.V, signal * z - noise * x0) })
        {
            DiffusionModel model = new(new FakeNetwork((_, t) =>
            {
                Images.ValuesOf(t).Should().Equal(timestep * .25f, timestep * .25f);
                return cat([answer, full_like(answer, .5)], 1);
            }), s_schedule, .25, parametrization: parametrization);
            using DiffusionPrediction prediction = model.Predict(xt, timestep);
            Parity.RelativeError(prediction.X0, x0).Should().BeLessThan(2e-5);
            Images.ValuesOf(prediction.Variance!).Should().OnlyContain(v => v == .5f);
        }

        Images.ValuesOf(xt).Should().Equal(before);
        using DiffusionPrediction plain = new DiffusionModel(new FakeNetwork((x, _) => x * 1), s_schedule).Predict(xt, timestep);
        plain.Variance.Should().BeNull();
    }

    [Fact]
    public void Predict_is_freed_by_its_result_and_leaves_the_networks_own_tensor()
    {
        using Tensor xt = SyntheticWeights.Input(1, [2, 1, 4, 4]), kept = ones(2, 2, 4, 4);
        DiffusionModel model = new(new Keeper(kept), s_schedule, parametrization: Parametrization.X0);
        LiveTensors.ShouldNotChange(() =>
        {
            using DiffusionPrediction prediction = model.Predict(xt, 5);
            using DisposeScope scope = NewDisposeScope(); // zero_ makes a handle
            prediction.X0.zero_();
            prediction.Variance!.zero_();
        });
        Images.ValuesOf(kept).Should().OnlyContain(value => value == 1);
    }

    [Fact]
    public void What_cannot_be_is_refused()
    {
        FakeNetwork network = new((x, _) => x.narrow(2, 0, 1).clone());
        DiffusionModel model = new(network, s_schedule, lastTimestep: 259);
        using Tensor xt = ones(1, 1, 2, 2);
        foreach (int timestep in new[] { -1, 260, 1000 })
            FluentActions.Invoking(() => model.Predict(xt, timestep)).Should().Throw<ArgumentOutOfRangeException>()
                .WithMessage("*0 to 259*");
        FluentActions.Invoking(() => model.Predict(xt, 259)).Should().Throw<InvalidOperationException>()
            .WithMessage("*returned [1,1,1,2]*");
        FluentActions.Invoking(() => model.TimestepFor(.6)).Should().Throw<ArgumentOutOfRangeException>();
        model.TimestepFor(.5).Should().Be(259);
        (model.LargestNoiseToSignal, model.LastTimestep).Should().Be((2 * model.LargestSigma, 259));
        network.train();
        FluentActions.Invoking(() => model.Predict(xt, 1)).Should().Throw<InvalidOperationException>().WithMessage("*training mode*");
    }

    [Fact]
    public void Dispose_frees_the_network_only_where_told()
    {
        nn.Module<Tensor, Tensor, Tensor> network = FashionMnistPair.NewDenoiserNetwork();
        TorchSharp.Modules.Parameter weight = network.parameters().First();
        DiffusionModel model = new(network, s_schedule);
        new OneShotDenoiser(model).Dispose();
        new OneShotDenoiser(network, s_schedule).Dispose();
        model.Dispose();
        weight.IsInvalid.Should().BeFalse();
        new OneShotDenoiser(new DiffusionModel(network, s_schedule, disposeNetwork: true)).Dispose();
        weight.IsInvalid.Should().BeFalse("a model that was given is the caller's");
        new OneShotDenoiser(network, s_schedule, disposeNetwork: true).Dispose();
        weight.IsInvalid.Should().BeTrue();
    }

    private sealed class Keeper(Tensor kept) : nn.IModule<Tensor, Tensor, Tensor>
    {
        public Tensor call(Tensor images, Tensor timesteps) => kept.alias();
    }
}
