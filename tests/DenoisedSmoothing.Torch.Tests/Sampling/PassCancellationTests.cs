using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Sampling;

/// <summary>Cancelling in the middle of a pass: it ends once nobody waits for it, and not before.</summary>
public class PassCancellationTests
{
    private const int Steps = 10;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly CohenCertifier Small = new(n0: 5, n: 20, alpha: .05, predictN: 12);

    [Fact]
    public void Only_caller_cancels_and_the_pass_ends_between_its_steps()
    {
        using DisposeScope scope = NewDisposeScope();
        using CancellationTokenSource source = new();
        Stepwise steps = new(step =>
        {
            if (step == 3)
                source.Cancel();
        });
        Action act = () => Smoothed(steps).Certify(Image(0), source.Token);

        act.Should().Throw<OperationCanceledException>().Which.CancellationToken.Should().Be(source.Token);
        steps.Done.Should().Be(3);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Whoever_stops_enumerating_ends_the_pass_in_work(int replicas)
    {
        using DisposeScope scope = NewDisposeScope();
        using ManualResetEventSlim begun = new();
        bool ended = true;
        Stepwise[] steps = [.. Enumerable.Range(0, replicas).Select(_ => new Stepwise((step, cancellation) =>
        {
            if (step != Steps + 1) // the second pass waits in its first step
                return;
            begun.Set();
            ended &= cancellation.WaitHandle.WaitOne(Patience);
        }))];
        SmoothedClassifier smoothed = new(steps, .5, Small, new SmoothingOptions { Batch = 16, Seed = 3 });
        foreach (Prediction prediction in smoothed.PredictMany(Enumerable.Range(0, 40).Select(i => Image(i))))
        {
            prediction.N.Should().Be(12);
            if (begun.Wait(Patience))
                break;
        }

        ended.Should().BeTrue();
        begun.IsSet.Should().BeTrue();
        smoothed.Predict(Image(0)).N.Should().Be(12, "nothing of what was cut off is left behind");
    }

    [Fact]
    public async Task Pass_of_several_callers_goes_on_until_the_last_has_cancelled()
    {
        using DisposeScope scope = NewDisposeScope();
        using CancellationTokenSource first = new(), second = new();
        using ManualResetEventSlim both = new();
        bool afterFirst = false, afterSecond = false;
        Stepwise steps = new((step, cancellation) =>
        {
            both.Wait(Patience);
            if (step == Steps + 2) // the second pass: the first one began when one of the two had come
            {
                first.Cancel();
                afterFirst = cancellation.IsCancellationRequested;
                second.Cancel();
                afterSecond = cancellation.IsCancellationRequested;
            }
        });
        SmoothedClassifier smoothed = Smoothed(steps);
        Task<Certificate>[] answers = [smoothed.CertifyAsync(Image(0), first.Token), smoothed.CertifyAsync(Image(1), second.Token)];
        both.Set();

        foreach ((Task<Certificate> answer, CancellationToken token) in answers.Zip([first.Token, second.Token]))
        {
            Func<Task> act = () => answer;
            (await act.Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(token);
        }

        (afterFirst, afterSecond).Should().Be((false, true));
        steps.Done.Should().Be(Steps + 2);
    }

    [Fact]
    public void Image_that_is_cancelled_leaves_those_that_share_its_pass()
    {
        using DisposeScope scope = NewDisposeScope();
        using CancellationTokenSource source = new();
        SmoothingImage[] images = [Image(0) with { Cancellation = source.Token }, Image(1)];
        SmoothedClassifier alone = Smoothed(new Stepwise(static _ => { }));
        Stepwise steps = new(step =>
        {
            if (step == 3)
                source.Cancel();
        });

        SmoothingOutcome<Certificate>[] outcomes = [.. Smoothed(steps).CertifyEach(images)];

        outcomes[0].Error.Should().BeAssignableTo<OperationCanceledException>().Which.CancellationToken.Should().Be(source.Token);
        outcomes[1].Result.Should().Be(alone.Certify(images[1]));
        (steps.Done % Steps).Should().Be(0, "every pass was for the other image, too");
    }

    [Fact]
    public void What_a_pass_throws_when_nobody_waits_for_it_is_not_heard()
    {
        using DisposeScope scope = NewDisposeScope();
        using CancellationTokenSource source = new();
        SmoothedClassifier smoothed = Smoothed(new Stepwise(step =>
        {
            if (step != 3)
                return;
            source.Cancel();
            throw new AggregateException(new OperationCanceledException("a loop of the denoiser's own was stopped"));
        }));
        Action act = () => smoothed.Certify(Image(0), source.Token);

        act.Should().Throw<OperationCanceledException>().Which.CancellationToken.Should().Be(source.Token);
        smoothed.Predict(Image(0)).N.Should().Be(12);
    }

    [Fact]
    public void Cancellation_of_the_classifiers_own_is_its_error()
    {
        using DisposeScope scope = NewDisposeScope();
        SmoothedClassifier smoothed = Smoothed(new Stepwise(static _ => throw new TaskCanceledException("a model far away timed out")));
        Action act = () => smoothed.Certify(Image(0));

        act.Should().Throw<TaskCanceledException>().WithMessage("a model far away timed out");
    }

    private static SmoothedClassifier Smoothed(IBaseClassifier classifier) =>
        new([classifier], .5, Small, new SmoothingOptions { Batch = 16, Seed = 3 });

    private static SmoothingImage Image(int index) => new(Images.Random((uint)index, 1, 3, 3), index);

    /// <summary>Takes ten steps for every pass, and asks before each whether it is still wanted.</summary>
    private sealed class Stepwise(Action<int, CancellationToken> during) : IBaseClassifier, IDescribed
    {
        private readonly FakeClassifier _inner = FakeClassifier.Checksum(4);

        public Stepwise(Action<int> during) : this((step, _) => during(step))
        {
        }

        public int ClassCount => 4;

        public PartInfo Info => new("stepwise");

        /// <summary>Steps begun, from the first pass on.</summary>
        public int Done { get; private set; }

        public Tensor Score(Tensor noisy, NoiseContext noise)
        {
            for (int step = 0; step < Steps; step++)
            {
                noise.CancellationToken.ThrowIfCancellationRequested();
                during(++Done, noise.CancellationToken);
            }

            return _inner.Score(noisy, noise);
        }
    }
}
