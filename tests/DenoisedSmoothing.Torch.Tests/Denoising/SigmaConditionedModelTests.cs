using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Networks;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Denoising;

public class SigmaConditionedModelTests
{
    /// <summary>
    /// Karras et al. 2022, table 1 with sigma_data .5: c_skip, c_out, c_in and c_noise worked out by hand for s = .5 and s = 1.2.
    /// </summary>
    [Theory]
    [InlineData(.5, .5, .35355339059327379, 1.4142135623730951, -.17328679513998632)]
    [InlineData(1.2, .14792899408284024, .46153846153846156, .76923076923076927, .045580389198488647)]
    public void PredictX0_of_a_bare_network_is_preconditioned(double s, double skip, double outer, double inner, double noise)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = SyntheticWeights.Input(1, [2, 1, 3, 3], -2, 2);
        Tensor? images = null, labels = null;
        FakeNetwork bare = new((input, level) =>
        {
            (images, labels) = (input.clone().DetachFromDisposeScope(), level.clone().DetachFromDisposeScope());
            return input.square();
        });
        SigmaConditionedModel model = new(new EdmPreconditionedNetwork(bare));

        Tensor x0 = model.PredictX0(x, s);

        Parity.RelativeError(images!, x * inner).Should().BeLessThan(1e-6);
        Images.ValuesOf(labels!).Should().HaveCount(2).And.OnlyContain(value => Math.Abs(value - noise) < 1e-6);
        Parity.RelativeError(x0, x * skip + outer * (x * inner).square()).Should().BeLessThan(1e-6);
        images!.Dispose();
        labels!.Dispose();
    }

    [Fact]
    public void Denoise_by_Heun_with_the_exact_network_of_Gaussian_data_shrinks_as_the_flow_does()
    {
        // Of data N(0, d^2) a pixel, D(x, s) = x d^2/(s^2 + d^2), EDM's skip with F = 0, and the flow is x(s) ~ sqrt(s^2 + d^2).
        using DisposeScope scope = NewDisposeScope();
        SigmaConditionedModel model = new(new EdmPreconditionedNetwork(new FakeNetwork((x, _) => zeros_like(x))));
        Tensor noisy = Images.Random(2, 2, 1, 4, 4);
        Tensor exact = (noisy * 2 - 1) * (.5 / Math.Sqrt(1 + .25));
        Tensor coarse = new HeunDenoiser(model).Denoise(noisy, new NoiseContext(.5)) * 2 - 1;
        Tensor fine = new HeunDenoiser(model, new HeunOptions { Steps = 200 }).Denoise(noisy, new NoiseContext(.5)) * 2 - 1;
        Parity.RelativeError(coarse, exact).Should().BeLessThan(1e-2);
        Parity.RelativeError(fine, exact).Should().BeLessThan(5e-5);
    }

    [Fact]
    public void PredictX0_keeps_type_input_and_leaves_no_tensor()
    {
        using Tensor wide = Images.Random(3, 2, 1, 3, 3).to_type(ScalarType.Float64), x = Images.Random(3, 2, 1, 3, 3);
        float[] before = Images.ValuesOf(x);
        // The identity returns its own input: the result must not be it.
        SigmaConditionedModel model = new(new FakeNetwork((images, _) => images.alias()));
        LiveTensors.ShouldNotChange(() =>
        {
            using Tensor result = model.PredictX0(x, 1), other = model.PredictX0(wide, 1);
            using DisposeScope scope = NewDisposeScope(); // zero_ makes a handle
            other.dtype.Should().Be(ScalarType.Float64);
            result.zero_();
        });
        Images.ValuesOf(x).Should().Equal(before);
        LiveTensors.ShouldNotChange(() =>
            new SigmaConditionedModel(new EdmPreconditionedNetwork(new FakeNetwork((images, _) => images * 1))).PredictX0(x, 1).Dispose());
    }

    [Fact]
    public void What_cannot_be_is_refused()
    {
        using DisposeScope scope = NewDisposeScope();
        FakeNetwork network = new((x, _) => x.narrow(2, 0, 1).clone());
        foreach (double bad in new[] { 0, -1, double.NaN, double.PositiveInfinity })
        {
            FluentActions.Invoking(() => new SigmaConditionedModel(network, bad)).Should().Throw<ArgumentOutOfRangeException>();
            FluentActions.Invoking(() => new EdmPreconditionedNetwork(network, bad)).Should().Throw<ArgumentOutOfRangeException>();
        }

        SigmaConditionedModel model = new(network, 4);
        (model.LargestSigma, model.LargestNoiseToSignal, new SigmaConditionedModel(network).LargestNoiseToSignal).Should().Be((2, 4, 80));
        FluentActions.Invoking(() => model.PredictX0(ones(1, 1, 2, 2), 4.1)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => model.PredictX0(ones(1, 1, 2, 2), 1)).Should().Throw<InvalidOperationException>()
            .WithMessage("*keeps the shape*");
        FluentActions.Invoking(() => new EdmPreconditionedNetwork(network).call(ones(1, 1, 2, 2), ones(1))).Should()
            .Throw<InvalidOperationException>().WithMessage("*keep the shape*");
        network.train();
        FluentActions.Invoking(() => model.PredictX0(ones(1, 1, 2, 2), 1)).Should().Throw<InvalidOperationException>()
            .WithMessage("*training mode*");
    }

    [Fact]
    public void Fingerprint_and_ownership_follow_the_network()
    {
        nn.Module<Tensor, Tensor, Tensor> network = FashionMnistPair.NewDenoiserNetwork();
        SyntheticWeights.Fill(network);
        EdmPreconditionedNetwork edm = new(network, disposeNetwork: true);
        using (SigmaConditionedModel model = new(edm))
            model.Info.Fingerprint.Should().StartWith("sigma-conditioned(edm(0.5;")
                .And.NotBe(new SigmaConditionedModel(network).Info.Fingerprint);
        network.parameters().First().IsInvalid.Should().BeFalse("the model does not own it");
        TorchSharp.Modules.Parameter weight = network.parameters().First();
        new SigmaConditionedModel(edm, disposeNetwork: true).Dispose();
        weight.IsInvalid.Should().BeTrue();
    }
}
