using System.Diagnostics;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Votes;
using Microsoft.Extensions.Logging;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests;

/// <summary>Cancellation, progress, warnings, errors of the caller's own code, and calls from several threads.</summary>
public class SmoothedClassifierCallTests
{
    private static readonly CohenCertifier Small = new(n0: 10, n: 30, alpha: .05, predictN: 20);

    [Fact]
    public void Cancelled_before_the_call_nothing_is_scored()
    {
        using Tensor image = Images.Grey(1, 2, 2);
        FakeClassifier classifier = FakeClassifier.Constant(0, 1);
        SmoothedClassifier smoothed = Smoothed(classifier);
        CancellationToken cancelled = new(canceled: true);

        foreach (Action act in new Action[]
        {
            () => smoothed.Predict(image, cancelled),
            () => smoothed.Certify(new(image, 0), cancelled),
            () => smoothed.PredictMany([image], null, cancelled).ToList(),
            () => smoothed.CertifyMany([new(image, 0)], null, cancelled).ToList(),
        })
            act.Should().Throw<OperationCanceledException>().Which.CancellationToken.Should().Be(cancelled);
        classifier.Calls.Should().Be(0);
    }

    [Theory]
    [InlineData(1)] // while selecting
    [InlineData(3)] // while estimating
    [InlineData(5)] // in the last batch of 10 + 30 votes, eight a batch
    public void Cancelled_during_the_call_no_certificate_results(int batchOfCancellation)
    {
        using Tensor image = Images.Grey(1, 2, 2);
        using CancellationTokenSource source = new();
        FakeClassifier? classifier = null;
        classifier = new FakeClassifier(2, noisy =>
        {
            if (classifier!.Calls == batchOfCancellation)
                source.Cancel();
            return zeros(noisy.shape[0], 2);
        });
        Certificate? certificate = null;
        Action act = () => certificate = Smoothed(classifier).Certify(new(image, 0), source.Token);

        act.Should().Throw<OperationCanceledException>();
        certificate.Should().BeNull();
        classifier.Calls.Should().Be(batchOfCancellation, "cancellation is seen between batches");
    }

    [Fact]
    public void Cancelled_in_the_last_batch_nothing_is_handed_out()
    {
        using Tensor image = Images.Grey(1, 2, 2);
        using CancellationTokenSource source = new();
        FakeClassifier? classifier = null;
        classifier = new FakeClassifier(2, noisy =>
        {
            if (classifier!.Calls == 5)
                source.Cancel();
            return zeros(noisy.shape[0], 2);
        });
        using IEnumerator<Certificate> certificates = Smoothed(classifier).CertifyMany([new(image, 0)], null, source.Token).GetEnumerator();
        Action act = () => certificates.MoveNext();

        act.Should().Throw<OperationCanceledException>();
        classifier.Calls.Should().Be(5, "all votes of the certificate were drawn");
    }

    [Fact]
    public void Cancelled_while_streaming_results_handed_out_stand()
    {
        using Tensor image = Images.Grey(1, 2, 2);
        using CancellationTokenSource source = new();
        List<Certificate> handedOut = [];
        Action act = () =>
        {
            foreach (Certificate certificate in Smoothed(FakeClassifier.Constant(0, 1))
                .CertifyMany(Indexed(Enumerable.Repeat(image, 100)), null, source.Token))
            {
                handedOut.Add(certificate);
                if (handedOut.Count == 3)
                    source.Cancel();
            }
        };

        act.Should().Throw<OperationCanceledException>();
        handedOut.Should().HaveCount(3).And.OnlyContain(certificate => certificate.Label == 1);
    }

    [Fact]
    public void Images_are_drawn_from_as_needed()
    {
        using Tensor image = Images.Grey(1, 2, 2);
        int drawn = 0;
        IEnumerable<SmoothingImage> images = Indexed(Enumerable.Repeat(image, 1000)).Select(item =>
        {
            drawn++;
            return item;
        });

        Smoothed(FakeClassifier.Constant(0, 1)).CertifyMany(images).Take(10).Count().Should().Be(10);

        drawn.Should().BeLessThan(30);
    }

    [Fact]
    public void CertifyMany_of_no_images_gives_no_certificates() =>
        Smoothed(FakeClassifier.Constant(0, 1)).CertifyMany([]).Should().BeEmpty();

    [Fact]
    public void Progress_is_monotone_and_ends_with_everything()
    {
        using Tensor image = Images.Grey(1, 2, 2);
        CollectingProgress<SmoothingProgress> progress = new();
        FakeClassifier slow = new(2, noisy =>
        {
            Thread.Sleep(20);
            return zeros(noisy.shape[0], 2);
        });

        Smoothed(slow).CertifyMany(Indexed(Enumerable.Repeat(image, 6)), progress).Should().HaveCount(6);

        progress.Reports.Should().HaveCountGreaterThan(2);
        progress.Reports.Select(report => report.TotalDrawn).Should().BeInAscendingOrder();
        progress.Reports.Should().OnlyContain(report =>
            report.TotalDrawn >= 40 * report.ImagesFinished + report.Drawn && report.TotalDrawn <= 6 * 40);
        progress.Reports[^1].TotalDrawn.Should().BeGreaterThan(120);
        progress.Reports.Select(report => report.ImagesFinished).Should().BeInAscendingOrder();
        progress.Reports.Select(report => report.ImageIndex).Should().BeInAscendingOrder();
        progress.Reports.Should().OnlyContain(report => report.Drawn >= 0 && report.Drawn <= report.Requested && report.Requested > 0);
        progress.Reports.Should().OnlyContain(report => report.Phase == VotePhase.Selection
            ? report.Requested == 10
            : report.Requested == 30);
        progress.Reports.Select(report => report.Phase).Should().Contain(VotePhase.Estimation);
    }

    [Fact]
    public void Progress_is_reported_at_most_about_ten_times_a_second()
    {
        using Tensor image = Images.Grey(1, 2, 2);
        CollectingProgress<SmoothingProgress> progress = new();
        Stopwatch clock = Stopwatch.StartNew();
        SmoothedClassifier smoothed = new([FakeClassifier.Constant(0, 1)], .25, new CohenCertifier(n: 20_000), new SmoothingOptions
        {
            Batch = 16,
        });

        smoothed.CertifyMany([new(image, 0)], progress).Should().ContainSingle();

        progress.Reports.Count.Should().BeLessThanOrEqualTo((int)(clock.Elapsed.TotalSeconds * 10) + 1);
    }

    [Fact]
    public void Warnings_of_the_certifier_reach_the_logger_before_any_work()
    {
        CollectingLogger<SmoothedClassifier> logger = new();
        FakeClassifier classifier = FakeClassifier.Constant(0, 1);
        CohenCertifier hopeless = new(n: 3, alpha: .001, predictN: 3);

        _ = new SmoothedClassifier([classifier], .25, hopeless, logger: logger);

        logger.Entries.Should().HaveCount(2).And.OnlyContain(entry => entry.Level == LogLevel.Warning);
        logger.Entries.Select(entry => entry.Text).Should().Equal(hopeless.Warnings(2));
        classifier.Calls.Should().Be(0);
    }

    [Fact]
    public void Warnings_none_where_all_is_well()
    {
        CollectingLogger<SmoothedClassifier> logger = new();
        _ = new SmoothedClassifier(new IdentityDenoiser(), new FlatClassifier(3), .25, logger: logger);
        logger.Entries.Should().BeEmpty();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Errors_of_the_callers_code_come_through_as_they_are(int replicas)
    {
        using Tensor image = Images.Grey(1, 2, 2);
        FakeClassifier failing = new(2, (Tensor _) => throw new NotSupportedException("mine"));
        SmoothedClassifier smoothed = new(Enumerable.Repeat<IBaseClassifier>(failing, replicas).ToList(), .25, Small, new SmoothingOptions
        {
            Batch = 3,
        });
        // Not Should().Throw, which looks into an AggregateException.
        NotSupportedException error = Assert.Throws<NotSupportedException>(() => smoothed.Certify(image));
        error.Message.Should().Be("mine");
        error.StackTrace.Should().Contain(nameof(Errors_of_the_callers_code_come_through_as_they_are));
    }

    [Fact]
    public void Errors_of_the_callers_images_and_progress_come_through_as_they_are()
    {
        using Tensor image = Images.Grey(1, 2, 2);
        SmoothedClassifier smoothed = Smoothed(new FakeClassifier(2, noisy =>
        {
            Thread.Sleep(60);
            return zeros(noisy.shape[0], 2);
        }));
        Action images = () => smoothed.CertifyMany(Indexed(Failing(image))).ToList();
        Action progress = () => smoothed.CertifyMany([new(image, 0)],
            new CollectingProgress<SmoothingProgress>(_ => throw new NotSupportedException("mine"))).ToList();
        images.Should().Throw<NotSupportedException>().WithMessage("mine");
        progress.Should().Throw<NotSupportedException>().WithMessage("mine");

        static IEnumerable<Tensor> Failing(Tensor image)
        {
            yield return image;
            throw new NotSupportedException("mine");
        }
    }

    [Fact]
    public void Ties_go_to_the_lowest_label()
    {
        using Tensor image = Images.Grey(1, 2, 2);
        Smoothed(FakeClassifier.Constant(1, 1, 1)).Certify(image).EstimationVotes.Should().Be(new VoteCounts(30, 0, 0));
        Smoothed(FakeClassifier.Constant(0, 2, 1, 2)).Certify(image).EstimationVotes.Should().Be(new VoteCounts(0, 30, 0, 0));
        Smoothed(FakeClassifier.Constant(-1, -0f, 0f)).Certify(image).EstimationVotes.Should().Be(new VoteCounts(0, 30, 0));
    }

    [Fact]
    public void Ties_among_a_thousand_classes_go_to_the_lowest_label()
    {
        // Wide enough for argmax to go by vector registers and by several partial results.
        using Tensor image = Images.Grey(1, 2, 2);
        float[] scores = new float[1000];
        foreach (int tied in new[] { 37, 38, 501, 999 })
            scores[tied] = 1;
        Smoothed(FakeClassifier.Constant(scores)).Certify(image).EstimationVotes[37].Should().Be(30);
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    public void Scores_of_any_float_type_are_taken(ScalarType type)
    {
        using Tensor image = Images.Grey(1, 2, 2);
        FakeClassifier classifier = new(2, noisy => tensor([0f, 1f]).to_type(type).unsqueeze(0).repeat(noisy.shape[0], 1));
        Smoothed(classifier).Certify(image).EstimationVotes.Should().Be(new VoteCounts(0, 30));
    }

    [Fact]
    public void Predict_from_several_threads_gives_each_its_own_answer_one_pass_at_a_time()
    {
        int inside = 0, most = 0;
        FakeClassifier checksum = FakeClassifier.Checksum(4), watched = new(4, (noisy, noise) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref inside));
            Tensor scores = checksum.Score(noisy, noise);
            Thread.Yield();
            Interlocked.Decrement(ref inside);
            return scores;
        });
        using DisposeScope scope = NewDisposeScope();
        Tensor[] images = [.. Enumerable.Range(0, 8).Select(i => Images.Random((uint)i, 1, 3, 3))];
        SmoothedClassifier smoothed = new([watched], .25, Small, new SmoothingOptions { Seed = 2, PredictSeed = 2, Batch = 7 });
        List<(Prediction, Certificate)> alone = [.. images.Select(image => (smoothed.Predict(image), smoothed.Certify(image)))];
        var together = new (Prediction, Certificate)[images.Length];

        Thread[] threads = [.. Enumerable.Range(0, images.Length)
            .Select(i => new Thread(() => together[i] = (smoothed.Predict(images[i]), smoothed.Certify(images[i]))))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();

        together.Should().Equal(alone);
        most.Should().Be(1);
    }

    private static SmoothedClassifier Smoothed(IBaseClassifier classifier) => new([classifier], .25, Small, new SmoothingOptions
    {
        Batch = 8,
        Seed = 1,
    });

    private static IEnumerable<SmoothingImage> Indexed(IEnumerable<Tensor> images) =>
        images.Select((image, index) => new SmoothingImage(image, index));
}
