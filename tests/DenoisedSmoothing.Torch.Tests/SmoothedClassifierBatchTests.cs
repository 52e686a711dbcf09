using System.Runtime.InteropServices;
using DenoisedSmoothing.Sampling;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Votes;
using Microsoft.Extensions.Logging;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests;

/// <summary>The batch: chosen when not given, halved when memory runs out, one for all votes of a certificate, and written in it.</summary>
public class SmoothedClassifierBatchTests
{
    private static readonly CohenCertifier Small = new(n0: 10, n: 50, alpha: .05, predictN: 20);

    [Theory]
    [InlineData(24L << 30, 1, 28, 28, 64)] // the bundled pair
    [InlineData(24L << 30, 3, 32, 32, 16)] // CIFAR-10
    [InlineData(4L << 30, 3, 32, 32, 8)]
    [InlineData(24L << 30, 3, 224, 224, 1)] // ImageNet
    [InlineData(24L << 30, 1, 2, 2, BatchSize.LargestOnCpu)]
    public void Chosen_on_the_CPU(long bytes, long channels, long height, long width, int expected) =>
        BatchSize.OnCpu(bytes, [channels, height, width]).Should().Be(expected);

    [Theory]
    [InlineData(80L << 30, 3, 32, 32, 1024)]
    [InlineData(80L << 30, 3, 224, 224, 32)]
    [InlineData(null, 3, 32, 32, 256)] // half of 16 GB
    [InlineData(null, 3, 224, 224, 4)]
    public void Chosen_on_an_accelerator(long? bytes, long channels, long height, long width, int expected) =>
        BatchSize.OnAccelerator(bytes, [channels, height, width]).Should().Be(expected);

    [Theory]
    [InlineData(0, 100, 1)]
    [InlineData(99, 100, 1)]
    [InlineData(799, 100, 4)]
    [InlineData(800, 100, 8)]
    [InlineData(1_000_000, 100, 64)]
    public void Chosen_is_the_power_of_two_that_fits(long bytes, double rowBytes, int expected) => BatchSize.Fit(bytes, rowBytes, most: 100)
        .Should().Be(expected);

    [Fact]
    public void Memory_of_a_CUDA_device_is_told_where_there_is_one()
    {
        CudaMemory.TotalBytes(1_000_000).Should().BeNull("there is no such device");
        (CudaMemory.TotalBytes(0) ?? 1L << 30).Should().BeGreaterThanOrEqualTo(1L << 30);
    }

    [Fact]
    public void Chosen_once_logged_once_and_recorded()
    {
        using Tensor image = Images.Random(1, 3, 8, 8);
        SmallMemory classifier = new(FakeClassifier.Checksum(3), mostRows: int.MaxValue);
        CollectingLogger<SmoothedClassifier> logger = new();
        SmoothedClassifier smoothed = new([classifier], .5, Small, new SmoothingOptions { Seed = 1 }, logger);

        Certificate certificate = smoothed.Certify(image);

        int batch = certificate.Provenance!.Batch;
        batch.Should().Be(BatchSize.For([CPU], [3, 8, 8])).And.BeGreaterThan(1);
        classifier.Asked.Should().OnlyContain(rows => rows == batch);
        smoothed.Certify(image).Should().Be(certificate);
        logger.Entries.Should().ContainSingle().Which.Should()
            .Match<(LogLevel Level, string Text)>(entry => entry.Level == LogLevel.Information && entry.Text.Contains($"{batch} rows"));
        new SmoothedClassifier([classifier], .5, Small, new SmoothingOptions
        {
            Seed = 1,
            Batch = batch,
        }).Certify(image).Should().Be(certificate);
    }

    [Theory]
    [InlineData(64, 16, 16, SmallMemory.Cpu)]
    [InlineData(64, 63, 32, SmallMemory.Cuda)]
    [InlineData(100, 7, 6, "std::bad_alloc")]
    [InlineData(9, 1, 1, SmallMemory.Cpu)]
    [InlineData(null, 3, 2, SmallMemory.Cpu)]
    public void Halved_until_memory_bears_it_votes_are_those_of_the_smaller_batch(int? batch, int bears, int expected, string words)
    {
        using DisposeScope scope = NewDisposeScope();
        SmoothingImage[] images = Several(6);
        SmallMemory small = new(FakeClassifier.Checksum(4), bears, words: words);
        CollectingLogger<SmoothedClassifier> logger = new();
        SmoothedClassifier smoothed = new([small], .5, Small, new SmoothingOptions { Batch = batch, Seed = 3 }, logger);
        List<Certificate> certificates = [];

        LiveTensors.ShouldNotChange(() => certificates = [.. smoothed.CertifyMany(images)]);

        certificates.Should().Equal(new SmoothedClassifier([small], .5, Small, new SmoothingOptions
        {
            Batch = expected,
            Seed = 3,
        }).CertifyMany(images));
        certificates.Should().OnlyContain(certificate => certificate.Provenance!.Batch == expected);
        List<(LogLevel Level, string Text)> warnings = [.. logger.Entries.Where(entry => entry.Level == LogLevel.Warning)];
        warnings.Should().NotBeEmpty().And.OnlyContain(entry => entry.Text.Contains("Out of memory"));
        warnings[^1].Text.Should().Contain($"SmoothingOptions.Batch = {expected}");
        small.Asked.Clear();
        smoothed.Certify(images[0]).Should().Be(certificates[0]);
        small.Asked.Should().OnlyContain(rows => rows == expected, "what does not fit is not tried again");
    }

    [Fact]
    public void Halved_half_way_no_certificate_mixes_batches()
    {
        // Sequential requests, images in all states when memory runs out: some handed out, some begun.
        using DisposeScope scope = NewDisposeScope();
        SmoothingImage[] images = Several(30);
        StagedCertifier certifier = new(new(VotePhase.Selection, 5), new(VotePhase.Estimation, 7), new(VotePhase.Estimation, 9),
            new(VotePhase.Selection, 3), new(VotePhase.Estimation, 4));
        // Votes differ with the batch, as those of a real network may: a mixture would show.
        FakeClassifier inner = new(4, noisy =>
        {
            using Tensor sums = noisy.mul(1 << 12).floor().to_type(ScalarType.Int64).flatten(1).sum(1).add_(noisy.shape[0] / 2);
            using Tensor votes = nn.functional.one_hot(sums.remainder_(4), 4);
            return votes.to_type(ScalarType.Float32);
        });
        SmallMemory failing = new(inner, mostRows: 8, failAfter: 20);
        List<Certificate> Certify(IBaseClassifier classifier, int batch) =>
            [.. new SmoothedClassifier([classifier], .5, certifier, new SmoothingOptions { Batch = batch, Seed = 3 }).CertifyMany(images)];

        List<Certificate> certificates = Certify(failing, 16), before = Certify(new SmallMemory(inner, int.MaxValue), 16), after =
            Certify(new SmallMemory(inner, int.MaxValue), 8);

        int handedOut = certificates.TakeWhile(certificate => certificate.Provenance!.Batch == 16).Count();
        handedOut.Should().BeInRange(1, 29);
        certificates.Select((certificate, i) => (certificate, i)).Should().OnlyContain(pair =>
            pair.certificate.Equals(pair.certificate.Provenance!.Batch == 16 ? before[pair.i] : after[pair.i])
                && pair.certificate.Provenance!.Batch >= 8);
        before.Should().NotEqual(after);
    }

    [Fact]
    public void Halved_while_votes_drawn_ahead_wait_counts_none_of_them()
    {
        // Batch 16: the first pass draws 12 estimation votes ahead; a second selection keeps them waiting until memory runs out. Larger
        // batches vote 1, smaller ones 0.
        StagedCertifier certifier = new(new VoteRequest(VotePhase.Selection, 4), new(VotePhase.Selection, 20),
            new(VotePhase.Estimation, 40));
        FakeClassifier inner = new(2, noisy => tensor(noisy.shape[0] > 8 ? new[] { 0f, 1f } : new[] { 1f, 0f }).unsqueeze(0)
            .repeat(noisy.shape[0], 1));
        using Tensor image = Images.Random(1, 1, 3, 3);
        SmoothedClassifier smoothed = new([new SmallMemory(inner, mostRows: 8, failAfter: 1)], .5, certifier, new SmoothingOptions
        {
            Batch = 16,
            Seed = 3,
        });

        Certificate certificate = smoothed.Certify(image);

        certificate.SelectionVotes.Should().Be(new VoteCounts(24, 0));
        certificate.EstimationVotes.Should().Be(new VoteCounts(40, 0));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Halved_for_all_replicas_when_one_runs_out(int poor)
    {
        using DisposeScope scope = NewDisposeScope();
        SmoothingImage[] images = Several(8);
        SmallMemory[] replicas = [.. Enumerable.Range(0, 2)
            .Select(i => new SmallMemory(FakeClassifier.Checksum(4), i == poor ? 5 : int.MaxValue, failAfter: 3))];
        SmoothedClassifier smoothed = new(replicas, .5, Small, new SmoothingOptions { Batch = 16, Seed = 3 });

        List<Certificate> certificates = [.. smoothed.CertifyMany(images)];

        foreach ((Certificate certificate, int i) in certificates.Select((certificate, i) => (certificate, i)))
        {
            int batch = certificate.Provenance!.Batch;
            batch.Should().BeOneOf(16, 8, 4);
            certificate.Should()
                .Be(new SmoothedClassifier([new SmallMemory(FakeClassifier.Checksum(4), int.MaxValue)], .5, Small, new SmoothingOptions
            {
                Batch = batch,
                Seed = 3,
            })
                .Certify(images[i]));
        }

        certificates[^1].Provenance!.Batch.Should().Be(4);
    }

    [Fact]
    public void Halved_for_predictions_too()
    {
        using Tensor image = Images.Random(1, 1, 3, 3);
        SmoothingOptions options = new() { Batch = 16, PredictSeed = 3 };
        Prediction expected = new SmoothedClassifier([FakeClassifier.Checksum(4)], .5, Small, options).Predict(image);
        new SmoothedClassifier([new SmallMemory(FakeClassifier.Checksum(4), 4)], .5, Small, options).Predict(image).Should().Be(expected);
    }

    [Fact]
    public void Memory_for_not_even_one_row_is_an_error_that_says_so()
    {
        using Tensor image = Images.Random(1, 1, 3, 3);
        SmoothedClassifier smoothed = new([new SmallMemory(FakeClassifier.Checksum(4), 0)], .5, Small, new SmoothingOptions { Batch = 8 });
        LiveTensors.ShouldNotChange(() =>
        {
            Action act = () => smoothed.Certify(image);
            act.Should().Throw<InvalidOperationException>().WithMessage("*single row*").WithInnerException<ExternalException>();
        });
    }

    [Fact]
    public void Memory_that_libtorch_refuses_is_known_by_its_words()
    {
        // The real allocator's message: no machine has 2^60 bytes.
        Action act = () => empty([1L << 58], ScalarType.Float32);
        OutOfMemory.Is(act.Should().Throw<Exception>().Which).Should().BeTrue();
        OutOfMemory.Is(new InvalidOperationException("outer", new ExternalException(SmallMemory.Cuda))).Should().BeTrue();
        OutOfMemory.Is(new InvalidOperationException("The size of tensor a (3) must match the size of tensor b (4)")).Should().BeFalse();
    }

    private static SmoothingImage[] Several(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new SmoothingImage(Images.Random((uint)i, 1, 3, 3), i))];
}
