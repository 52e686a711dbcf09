using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests;

/// <summary>Several callers at once: they share forward passes, and each gets what it would get alone.</summary>
public class SmoothedClassifierCallersTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly CohenCertifier Small = new(n0: 5, n: 20, alpha: .05, predictN: 12);

    [Theory]
    [InlineData(16, 1)]
    [InlineData(64, 1)]
    [InlineData(16, 2)]
    public async Task Callers_share_passes_and_get_what_each_gets_alone(int batch, int replicas)
    {
        using DisposeScope scope = NewDisposeScope();
        SmoothingImage[] images = Several(8);
        SmoothingOptions options = new() { Batch = batch, Seed = 3, PredictSeed = 4 };
        Counted counted = new(FakeClassifier.Checksum(4));
        SmoothedClassifier alone = new([counted], .5, Small, options);
        List<(Prediction, Certificate)> expected = [.. images.Select(image => (alone.Predict(image), alone.Certify(image)))];
        int passesAlone = counted.Calls;

        // The first pass waits until all have come.
        using CountdownEvent arrived = new(2 * images.Length);
        Counted[] shared = [.. Enumerable.Range(0, replicas)
            .Select(_ => new Counted(FakeClassifier.Checksum(4), () => arrived.Wait(Patience)))];
        SmoothedClassifier smoothed = new(shared, .5, Small, options);
        List<Task<Prediction>> predictions = [.. images.Select(image => Task.Run(() => Arrive(() => smoothed.PredictAsync(image))))];
        List<Task<Certificate>> certificates = [.. images.Select(image => Task.Run(() => Arrive(() => smoothed.CertifyAsync(image))))];

        (await Task.WhenAll(predictions)).Should().Equal(expected.Select(pair => pair.Item1));
        (await Task.WhenAll(certificates)).Should().Equal(expected.Select(pair => pair.Item2));
        shared.Sum(replica => replica.Calls).Should().BeLessThan((passesAlone * 9 / 10) + replicas);

        Task<T> Arrive<T>(Func<Task<T>> call)
        {
            Task<T> answer = call();
            arrived.Signal();
            return answer;
        }
    }

    [Fact]
    public async Task Cancelled_caller_leaves_the_others()
    {
        using DisposeScope scope = NewDisposeScope();
        SmoothingImage[] images = Several(3);
        using CancellationTokenSource source = new();
        SmoothedClassifier smoothed = Smoothed(new Counted(FakeClassifier.Checksum(4)), batch: 16);
        Certificate[] expected = [.. images.Select(image => smoothed.Certify(image))];
        Counted cancelling = new(FakeClassifier.Checksum(4), source.Cancel);
        smoothed = Smoothed(cancelling, batch: 16);

        Task<Certificate>[] answers = [smoothed.CertifyAsync(images[0]), smoothed.CertifyAsync(images[1], source.Token),
            smoothed.CertifyAsync(images[2])];
        Func<Task> cancelled = async () => await answers[1];

        (await cancelled.Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(source.Token);
        (await answers[0], await answers[2]).Should().Be((expected[0], expected[2]));
    }

    [Fact]
    public async Task Failing_image_leaves_the_others_that_share_its_passes()
    {
        using DisposeScope scope = NewDisposeScope();
        SmoothingImage[] images = Several(5);
        SmoothingImage poison = new(full([1, 3, 3], 1f), 99);
        Counted failing = new(new FakeClassifier(4, (noisy, noise) =>
            noisy.flatten(1).mean([1]).max().item<float>() > .99f ? throw new NotSupportedException("mine") : FakeClassifier.Checksum(4)
                .Score(noisy, noise)));
        SmoothedClassifier smoothed = new([failing], 1e-4, Small, new SmoothingOptions { Batch = 64, Seed = 3 });
        Certificate[] expected = [.. images.Select(image => smoothed.Certify(image))];

        Task<Certificate>[] answers = [.. images[..2].Append(poison).Concat(images[2..]).Select(image => smoothed.CertifyAsync(image))];
        Func<Task> bad = async () => await answers[2];

        (await bad.Should().ThrowAsync<NotSupportedException>()).WithMessage("mine");
        (await Task.WhenAll(answers.Where((_, i) => i != 2))).Should().Equal(expected);
        Action alone = () => smoothed.Certify(poison);
        alone.Should().Throw<NotSupportedException>().WithMessage("mine");
    }

    [Fact]
    public async Task Memory_that_runs_out_starts_all_callers_again_and_none_mixes_batches()
    {
        using DisposeScope scope = NewDisposeScope();
        SmoothingImage[] images = Several(6);
        SmallMemory small = new(FakeClassifier.Checksum(4), mostRows: 8, failAfter: 3);
        SmoothedClassifier smoothed = new([small], .5, Small, new SmoothingOptions { Batch = 16, Seed = 3, PredictSeed = 4 });
        Task<Certificate>[] answers = [.. images.Select(image => smoothed.CertifyAsync(image))];

        foreach ((Certificate certificate, SmoothingImage image) in (await Task.WhenAll(answers)).Zip(images))
        {
            int batch = certificate.Provenance!.Batch;
            batch.Should().BeOneOf(16, 8);
            SmallMemory enough = new(FakeClassifier.Checksum(4), mostRows: batch);
            new SmoothedClassifier([enough], .5, Small, new SmoothingOptions
            {
                Batch = batch,
                Seed = 3,
            }).Certify(image).Should().Be(certificate);
        }

        small.Asked[^1].Should().Be(8);
    }

    [Fact]
    public async Task Short_request_beside_a_long_one_is_answered_long_before_it()
    {
        using DisposeScope scope = NewDisposeScope();
        SmoothingImage[] images = Several(2);
        int passes = 0;
        using ManualResetEventSlim begun = new(), asked = new();
        Counted counted = new(FakeClassifier.Checksum(4), () =>
        {
            passes++;
            begun.Set();
            asked.Wait(Patience);
        });
        SmoothedClassifier smoothed = new([counted], .5, new CohenCertifier(n0: 10, n: 5000, predictN: 40), new SmoothingOptions
        {
            Batch = 16,
        });
        Task<Certificate> longOne = smoothed.CertifyAsync(images[0]);
        begun.Wait(Patience).Should().BeTrue();
        Task<int> shortOne = smoothed.PredictAsync(images[1]).ContinueWith(_ => passes, TaskContinuationOptions.ExecuteSynchronously);
        asked.Set();

        (await shortOne).Should()
            .BeLessThan(150, "half of each pass is the short one's, which wants 40 rows, though the long one wants 5,000");
        await longOne;
        passes.Should().BeGreaterThan(300);
    }

    [Fact]
    public async Task Images_beyond_the_most_wait_for_a_place()
    {
        using DisposeScope scope = NewDisposeScope();
        int most = 0;
        FakeClassifier watching = new(4, (noisy, noise) =>
        {
            most = Math.Max(most, Images.ValuesOf(noisy).Chunk(9).Select(row => MathF.Round(row[0] * 10)).Distinct().Count());
            return FakeClassifier.Checksum(4).Score(noisy, noise);
        });
        SmoothingImage[] images = [.. Enumerable.Range(0, 8).Select(i => new SmoothingImage(full([1, 3, 3], i / 10f), i))];
        SmoothedClassifier smoothed = new([watching], 1e-4, Small, new SmoothingOptions { Batch = 64, MostImages = 2 });

        Task<Prediction>[] answers = [.. images[..6].Select(image => smoothed.PredictAsync(image))];
        smoothed.PredictMany(images).Should().HaveCount(8);
        await Task.WhenAll(answers);

        most.Should().BeInRange(1, 2);
        Action refused = () => _ = new SmoothedClassifier([watching], 1e-4, Small, new SmoothingOptions { MostImages = 0 });
        refused.Should().Throw<ArgumentOutOfRangeException>().WithMessage("*MostImages*");
    }

    [Fact]
    public async Task Waiting_for_a_place_can_be_cancelled()
    {
        using DisposeScope scope = NewDisposeScope();
        SmoothingImage[] images = Several(2);
        using ManualResetEventSlim go = new();
        using CancellationTokenSource source = new();
        SmoothedClassifier smoothed = new(
            [new Counted(FakeClassifier.Checksum(4), () => go.Wait(Patience))], .5, Small, new SmoothingOptions
            {
                Batch = 64,
                MostImages = 1,
            });
        Task<Prediction> first = smoothed.PredictAsync(images[0]), second = smoothed.PredictAsync(images[1], source.Token);
        source.Cancel();
        Func<Task> waiting = async () => await second;
        (await waiting.Should().ThrowAsync<OperationCanceledException>()).Which.CancellationToken.Should().Be(source.Token);
        go.Set();
        (await first).N.Should().Be(12);
    }

    [Fact]
    public async Task Async_refuses_at_the_call_and_passes_errors_on()
    {
        using DisposeScope scope = NewDisposeScope();
        SmoothedClassifier smoothed = new([new FakeClassifier(2, (Tensor _) => throw new NotSupportedException("mine"))], .5, Small);
        Action refused = () => _ = smoothed.CertifyAsync(zeros(1, 2, 2).sub(1));
        Task<Prediction> cancelled = smoothed.PredictAsync(zeros(1, 2, 2), new CancellationToken(canceled: true));
        refused.Should().Throw<ArgumentException>();
        cancelled.IsCanceled.Should().BeTrue("the caller that awaits the task is told");
        Func<Task> failing = () => smoothed.CertifyAsync(zeros(1, 2, 2));
        (await failing.Should().ThrowAsync<NotSupportedException>()).WithMessage("mine");
    }

    [Fact]
    public void Thread_that_has_ended_for_want_of_work_begins_again()
    {
        using DisposeScope scope = NewDisposeScope();
        SmoothingImage image = Several(1)[0];
        SmoothedClassifier smoothed = Smoothed(new Counted(FakeClassifier.Checksum(4)), batch: 16);
        Certificate certificate = smoothed.Certify(image);
        Thread.Sleep(1300);
        smoothed.Certify(image).Should().Be(certificate);
    }

    private static SmoothedClassifier Smoothed(IBaseClassifier classifier, int batch) => new([classifier], .5, Small, new SmoothingOptions
    {
        Batch = batch,
        Seed = 3,
    });

    private static SmoothingImage[] Several(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new SmoothingImage(Images.Random((uint)i, 1, 3, 3), i))];

    /// <summary>One name for all replicas, and something to do before each pass.</summary>
    private sealed class Counted(IBaseClassifier inner, Action? before = null) : IBaseClassifier, IDescribed
    {
        public int ClassCount => inner.ClassCount;

        public PartInfo Info => new("counted");

        public int Calls { get; private set; }

        public Tensor Score(Tensor noisy, NoiseContext noise)
        {
            Calls++;
            before?.Invoke();
            return inner.Score(noisy, noise);
        }
    }
}
