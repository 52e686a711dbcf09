using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Schedules;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Denoising;

public class ParametrizationTests
{
    [Theory]
    [InlineData(Parametrization.Epsilon)]
    [InlineData(Parametrization.X0)]
    [InlineData(Parametrization.V)]
    public void Denoise_with_an_oracle_gives_the_clean_image(Parametrization parametrization)
    {
        using DisposeScope scope = NewDisposeScope();
        const double sigma = 0.25;
        CosineSchedule schedule = new(1000);
        double alphaBar = schedule.AlphaBar(schedule.TimestepFor(2 * sigma));
        Tensor clean = SyntheticWeights.Input(1, [2, 3, 4, 4], 0.2, 0.8), noisy = clean + 0.1 * SyntheticWeights.Input(2, [2, 3, 4, 4]);
        Tensor x0 = clean * 2 - 1, xt = Math.Sqrt(alphaBar) * (noisy * 2 - 1);
        Tensor epsilon = (xt - Math.Sqrt(alphaBar) * x0) / Math.Sqrt(1 - alphaBar);
        using OneShotDenoiser denoiser = new(new Oracle(parametrization switch
        {
            Parametrization.X0 => x0,
            Parametrization.V => Math.Sqrt(alphaBar) * epsilon - Math.Sqrt(1 - alphaBar) * x0,
            _ => epsilon,
        }), schedule, parametrization: parametrization);
        // Twice: the network's tensor must survive.
        for (int call = 0; call < 2; call++)
            Parity.RelativeError(denoiser.Denoise(noisy, new NoiseContext(sigma)), clean).Should().BeLessThan(1e-5);
        denoiser.Info.Fingerprint.Should().EndWith($"{parametrization})");
    }

    [Fact]
    public void Constructor_refuses_what_is_no_parametrisation()
    {
        Action act = () => _ = new OneShotDenoiser(new Oracle(ones(1)), new CosineSchedule(1000), parametrization: (Parametrization)7);
        act.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*Epsilon, X0 or V*");
    }

    private sealed class Oracle(Tensor answer) : nn.IModule<Tensor, Tensor, Tensor>
    {
        public Tensor call(Tensor images, Tensor timesteps) => answer.alias();
    }
}
