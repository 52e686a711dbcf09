using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Schedules;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Denoising;

/// <summary>What calls its networks many times stops between the calls when its context is cancelled, and leaves no tensors.</summary>
public sealed class StepCancellationTests : IDisposable
{
    private const int Wanted = 3;

    private readonly CancellationTokenSource _source = new();
    private int _calls;

    /// <summary>The third call cancels; Heun's method makes two for each step.</summary>
    [Theory]
    [InlineData("multi-step", Wanted)]
    [InlineData("heun", Wanted + 1)]
    [InlineData("map", Wanted)]
    [InlineData("langevin", Wanted)]
    [InlineData("local", Wanted)]
    [InlineData("majority", Wanted)]
    [InlineData("one-shot", 1)]
    public void Stops_between_calls(string kind, int calls)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor noisy = Images.Random(1, 2, 1, 4, 4);
        NoiseContext noise = new(.5, _ => zeros(2, 1, 4, 4)) { CancellationToken = _source.Token };
        Action act = () => Run(kind, noisy, noise);
        long before = LiveTensors.Count;

        act.Should().Throw<OperationCanceledException>().Which.CancellationToken.Should().Be(_source.Token);
        _calls.Should().Be(calls);
        LiveTensors.Count.Should().Be(before);
    }

    [Fact]
    public void Share_of_a_context_is_cancelled_with_it()
    {
        NoiseContext part = new NoiseContext(.5) { CancellationToken = _source.Token }.Share(1, 2).Share(0, 3);
        part.CancellationToken.IsCancellationRequested.Should().BeFalse();
        _source.Cancel();
        part.CancellationToken.IsCancellationRequested.Should().BeTrue();
    }

    public void Dispose() => _source.Dispose();

    private void Run(string kind, Tensor noisy, NoiseContext noise)
    {
        using FakeNetwork network = new((x, _) => Call(x * .1));
        DiffusionModel model = new(network, new CosineSchedule(1000));
        DelegateClassifier counted = new(3, x => Call(zeros(x.shape[0], 3)));
        using Tensor _ = kind switch
        {
            "multi-step" => new MultiStepDenoiser(model).Denoise(noisy, noise),
            "heun" => new HeunDenoiser(new Levels(Call)).Denoise(noisy, noise),
            "map" => new AnnealedDenoiser(new Levels(Call)).Denoise(noisy, noise),
            "langevin" => new AnnealedDenoiser(new Levels(Call), new AnnealedOptions { Langevin = true }).Denoise(noisy, noise),
            "local" => new LocallySmoothedClassifier(new IdentityDenoiser(), counted, 5).Score(noisy, noise),
            "majority" => new MajorityVoteClassifier(new FakeClassifier(3, x => Call(zeros(x.shape[0], 3))), 5).Score(noisy, noise),
            _ => new DenoisedClassifier(new DelegateDenoiser((x, _) => Last(x * .5), "half"), counted).Score(noisy, noise),
        };
    }

    private Tensor Call(Tensor result)
    {
        if (++_calls == Wanted)
            _source.Cancel();
        return result;
    }

    private Tensor Last(Tensor result)
    {
        _calls = 1;
        _source.Cancel();
        return result;
    }

    /// <summary>A score and a predictor of the clean image at any level.</summary>
    private sealed class Levels(Func<Tensor, Tensor> call) : IScore, IX0Predictor
    {
        public double LargestSigma => double.PositiveInfinity;

        public double LargestNoiseToSignal => double.PositiveInfinity;

        public Tensor Score(Tensor images, double sigma) => call(images * -.1);

        public Tensor PredictX0(Tensor noisy, double noiseToSignal) => call(noisy * .5);
    }
}
