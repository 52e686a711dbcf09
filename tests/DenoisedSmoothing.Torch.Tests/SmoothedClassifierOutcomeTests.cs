using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests;

/// <summary>Streams in which one image may fail, be cancelled or run out of its budget, and the others are answered.</summary>
public class SmoothedClassifierOutcomeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly CohenCertifier Small = new(n0: 5, n: 20, alpha: .05, predictN: 12);

    [Fact]
    public void Each_bad_image_has_its_error_and_the_others_their_results()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor good = Images.Random(1, 1, 3, 3), bad = Images.Random(2, 1, 3, 3).sub(1), flat = zeros(3, 3);
        SmoothedClassifier smoothed = Smoothed(FakeClassifier.Checksum(3));
        SmoothingImage[] images = [new(good, 0), new(bad, 1), new(good, 2), new(flat, 3), new(good, 2), new(null!, 5), new(good, 6)];

        List<SmoothingOutcome<Certificate>> outcomes = [.. smoothed.CertifyEach(images)];

        outcomes.Select(outcome => outcome.Image).Should().Equal(images);
        outcomes.Select(outcome => outcome.Error?.GetType()).Should().Equal(
            null, typeof(ArgumentException), null, typeof(ArgumentException), typeof(ArgumentException), typeof(ArgumentNullException),
                null);
        foreach (SmoothingOutcome<Certificate> outcome in outcomes.Where(outcome => outcome.Error is null))
            outcome.Result.Should().Be(smoothed.Certify(outcome.Image));
        Action thrown = () => _ = outcomes[4].Result;
        thrown.Should().Throw<ArgumentException>().WithMessage("*index 2 occurs twice*");
        smoothed.PredictEach([good, bad, good]).Select(outcome => outcome.Error is null).Should().Equal(true, false, true);
    }

    [Fact]
    public void Each_as_finished_does_not_wait_for_the_slow_one()
    {
        // The first image wants so many votes that the other is answered before it.
        using DisposeScope scope = NewDisposeScope();
        SequentialCertifier certifier = new(new SequentialOptions { TargetRadii = [.1], Budget = 4000, Alpha = .001 });
        FakeClassifier edge = new(2, noisy =>
        {
            using Tensor margin = noisy.flatten(1).select(1, 0) - .3f, zero = zeros_like(margin);
            return stack([zero, margin], 1);
        });
        SmoothedClassifier smoothed = new([edge], .25, certifier, new SmoothingOptions { Batch = 64, Seed = 4 });
        SmoothingImage[] images = [new(full([1, 2, 2], .42f), 0), new(ones(1, 2, 2), 1)];

        smoothed.CertifyEach(images, SmoothingOrder.AsFinished).Select(outcome => outcome.Image.Index).Should().Equal(1, 0);
        smoothed.CertifyEach(images).Select(outcome => outcome.Image.Index).Should().Equal(0, 1);
        smoothed.CertifyEach(images, SmoothingOrder.AsFinished).Select(outcome => outcome.Result).Should()
            .BeEquivalentTo(smoothed.CertifyMany(images));
    }

    [Fact]
    public void Each_image_can_be_cancelled_alone()
    {
        using Tensor image = Images.Random(1, 1, 3, 3);
        using CancellationTokenSource source = new();
        int calls = 0;
        FakeClassifier checksum = FakeClassifier.Checksum(3);
        SmoothedClassifier smoothed = Smoothed(new FakeClassifier(3, (noisy, noise) =>
        {
            if (++calls == 2)
                source.Cancel();
            return checksum.Score(noisy, noise);
        }));

        List<SmoothingOutcome<Certificate>> outcomes = [.. smoothed.CertifyEach([new(image, 0), new(image, 1)
        {
            Cancellation = source.Token,
        }, new(image, 2)])];

        outcomes[1].Error.Should().BeAssignableTo<OperationCanceledException>().Which.CancellationToken.Should().Be(source.Token);
        (outcomes[0].Error, outcomes[2].Error).Should().Be((null, null));
        outcomes[2].Result.Should().Be(Smoothed(FakeClassifier.Checksum(3)).Certify(new(image, 2)) with
        {
            Provenance = outcomes[2].Result.Provenance,
        });
    }

    [Fact]
    public void Budget_of_votes_bounds_both_and_what_does_not_fit_is_an_abstention()
    {
        using Tensor image = Images.Grey(1, 2, 2);
        FakeClassifier classifier = FakeClassifier.Constant(0, 1);
        SmoothedClassifier smoothed = new([classifier], .25, Small, new SmoothingOptions { Batch = 1, Budget = new Budget { Votes = 10 } });

        Certificate certificate = smoothed.Certify(image);
        Prediction prediction = smoothed.Predict(image);

        (certificate.Label, certificate.Radius, certificate.PALower, certificate.PBUpper, certificate.Stopped).Should()
            .Be((null, 0, 0, 1, StopReason.Votes));
        (certificate.SelectedLabel, certificate.N0, certificate.N).Should().Be((1, 5, 0));
        (prediction.Label, prediction.N, prediction.PValue, prediction.Stopped).Should().Be((null, 0, 1, StopReason.Votes));
        classifier.Calls.Should().Be(5, "what cannot be paid for is not begun");
        smoothed.Certify(new SmoothingImage(image)
        {
            Budget = new Budget { Votes = 25 },
        }).Label.Should().Be(1, "the image's own budget counts");
        smoothed.Certify(new SmoothingImage(image) { Budget = new Budget { Votes = 25 } }).Stopped.Should().BeNull();
    }

    [Fact]
    public void Budget_of_votes_leaves_a_sequential_test_what_it_has_shown()
    {
        using Tensor image = Images.Grey(1, 2, 2);
        SequentialCertifier certifier = new(new SequentialOptions { Budget = 10_000 });
        SmoothedClassifier Smoothed(Budget? budget) => new(
            [FakeClassifier.Constant(0, 1)], .25, certifier, new SmoothingOptions { Batch = 64, Budget = budget });
        Certificate whole = Smoothed(null).Certify(image), cut = Smoothed(new Budget { Votes = 200 }).Certify(image);

        (cut.N0 + cut.N).Should().BeInRange(101, 200);
        cut.Stopped.Should().Be(StopReason.Votes);
        cut.Label.Should().Be(1);
        cut.PALower.Should().Be(certifier.LowerBound(cut.N, cut.N, cut.Sigma), "the bound holds at every number of votes");
        cut.Radius.Should().BeGreaterThan(0).And.BeLessThan(whole.Radius);
        Smoothed(new Budget { Votes = 110 }).Predict(image).Stopped.Should().BeNull("it needs fewer");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Budget_of_time_ends_the_slowest_answer(int replicas)
    {
        using Tensor image = Images.Grey(1, 2, 2);
        FakeClassifier Slow() => new(2, noisy =>
        {
            Thread.Sleep(20);
            return tensor([0f, 1f]).unsqueeze(0).repeat(noisy.shape[0], 1);
        });
        FakeClassifier[] slow = [.. Enumerable.Range(0, replicas).Select(_ => Slow())];
        SmoothedClassifier smoothed = new(
            slow, .25, new CohenCertifier(n0: 10, n: 1_000_000, predictN: 1_000_000),
            new SmoothingOptions { Batch = 10, Budget = new Budget { Time = TimeSpan.FromMilliseconds(200) } });

        Certificate certificate = smoothed.Certify(image);
        Prediction prediction = smoothed.Predict(image);

        (certificate.Label, certificate.Stopped, certificate.N).Should().Be((null, StopReason.Time, 0));
        (prediction.Label, prediction.Stopped, prediction.N).Should().Be((null, StopReason.Time, 0));
        slow.Sum(one => one.Calls).Should().BeInRange(1, 50, "100,000 passes were asked for");
    }

    [Fact]
    public async Task Budget_of_time_counts_the_wait_for_a_place()
    {
        using Tensor image = Images.Grey(1, 2, 2);
        using ManualResetEventSlim go = new();
        SmoothedClassifier smoothed = new(
            [new FakeClassifier(2, noisy => go.Wait(Patience) ? zeros(noisy.shape[0], 2) : throw new TimeoutException())], .25, Small,
                new SmoothingOptions
            {
                MostImages = 1,
            });
        Task<Certificate> first = smoothed.CertifyAsync(image);
        Certificate second = await smoothed.CertifyAsync(new SmoothingImage(image)
        {
            Budget = new Budget { Time = TimeSpan.FromMilliseconds(50) },
        });
        (second.Stopped, second.N0).Should().Be((StopReason.Time, 0));
        go.Set();
        (await first).Stopped.Should().BeNull();
    }

    [Fact]
    public void Budget_that_is_none_is_refused()
    {
        Action votes = () => _ = new Budget { Votes = 0 }, time = () => _ = new Budget { Time = TimeSpan.Zero };
        votes.Should().Throw<ArgumentOutOfRangeException>();
        time.Should().Throw<ArgumentOutOfRangeException>();
    }

    private static SmoothedClassifier Smoothed(IBaseClassifier classifier) => new([classifier], .25, Small, new SmoothingOptions
    {
        Batch = 8,
        Seed = 1,
    });
}
