using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Sampling;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Votes;
using Microsoft.Extensions.Logging.Abstractions;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Sampling;

/// <summary>Replicas side by side, and the way of an accelerator (noise ahead, votes read late), here on the CPU.</summary>
[Collection(OneAtATime.Name)] // counts the whole process's tensors
public class VoteWorkerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly StagedCertifier Staged = new(
        new VoteRequest(VotePhase.Selection, 5), new(VotePhase.Estimation, 7), new(VotePhase.Estimation, 300), new(VotePhase.Selection, 3),
            new(VotePhase.Estimation, 1));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 1)]
    [InlineData(64, 1)]
    [InlineData(16, 2)]
    [InlineData(64, 3)]
    public void Noise_made_ahead_and_votes_read_late_change_nothing(int batch, int replicas)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] images = [.. Enumerable.Range(0, 20).Select(i => Images.Random((uint)i, 1, 3, 3))];
        List<Certificate> Certify(int count, bool runsBehindHost) =>
            [.. Run(images, [.. Enumerable.Range(0, count).Select(_ => Stochastic())], batch, runsBehindHost)];

        Certify(replicas, runsBehindHost: true).Should().Equal(Certify(1, runsBehindHost: false));
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(false, 2)]
    [InlineData(true, 1)]
    [InlineData(true, 2)]
    public void Calls_cancelled_abandoned_or_failed_leave_no_tensor_on_any_thread(bool runsBehindHost, int replicas)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor[] images = [.. Enumerable.Range(0, 20).Select(i => Images.Random((uint)i, 1, 3, 3))];
        IEnumerable<Certificate> Run(Func<int, Exception?> error, CancellationToken token = default)
        {
            int calls = 0;
            return VoteWorkerTests.Run(images, [.. Enumerable.Range(0, replicas).Select(_ => new FakeClassifier(3, (noisy, noise) =>
            {
                using Tensor inner = noise.Draw(1);
                return error(Interlocked.Increment(ref calls)) is { } thrown ? throw thrown : FakeClassifier.Checksum(3)
                    .Score(noisy, noise);
            }))], batch: 16, runsBehindHost, token);
        }

        long before = LiveTensors.CountAnywhere();

        Run(_ => null).Take(3).Count().Should().Be(3);
        Action fails = () => Run(call => call == 9 ? new NotSupportedException("mine") : null).Count();
        fails.Should().Throw<NotSupportedException>().WithMessage("mine");
        using CancellationTokenSource source = new();
        Action cancelled = () => Run(call => { if (call == 9) source.Cancel(); return null; }, source.Token).Count();
        cancelled.Should().Throw<OperationCanceledException>();
        Run(call => call == 5 ? new OutOfMemoryException() : null).Count().Should().Be(20);

        Tensor.TotalCount.Should().Be(before);
    }

    [Fact]
    public void Errors_of_noise_made_ahead_come_through_as_they_are()
    {
        // 16 rows of 2^27 values are beyond 2 GB.
        VoteJob<Certificate> job = new(new ReadImage([], [], [], 0, 0), 3, VotePhase.Estimation, default, () => Staged.Certify(3, .5));
        NoisyBatch batch = new([new VoteRows(job, 1, VotePhase.Estimation, 0, 16)], 16, [1, 1 << 14, 1 << 13]);
        VoteSampler sampler = new(FakeClassifier.Checksum(3), CPU, new FloatGaussianNoise(.5), runsBehindHost: true);
        sampler.MakeAhead(batch);
        InvalidOperationException error = Assert.Throws<InvalidOperationException>(() => sampler.Draw(batch));
        error.Message.Should().Contain("SmoothingOptions.Batch");
    }

    [Fact]
    public void Scores_that_are_not_finite_are_counted_though_votes_are_read_late()
    {
        using Tensor image = Images.Random(1, 1, 3, 3);
        int calls = 0;
        FakeClassifier classifier = new(3, noisy => zeros(noisy.shape[0], 3).fill_(++calls == 4 ? float.NaN : 0));
        Certificate certificate = Run([image], [classifier], batch: 4, runsBehindHost: true).Single();
        certificate.EstimationVotes.Missed.Should().BeInRange(1, 4);
        (certificate.N0, certificate.N).Should().Be((8, 308));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Slow_replica_does_not_hold_up_the_other(int slow)
    {
        // The slow one's first batch ends only when the other has done ten: in lockstep neither would go on.
        using DisposeScope scope = NewDisposeScope();
        Tensor[] images = [.. Enumerable.Range(0, 20).Select(i => Images.Random((uint)i, 1, 3, 3))];
        using ManualResetEventSlim ten = new();
        FakeClassifier checksum = FakeClassifier.Checksum(3);
        int quickCalls = 0, slowCalls = 0;
        FakeClassifier quick = new(3, (noisy, noise) =>
        {
            if (++quickCalls == 10)
                ten.Set();
            return FakeClassifier.Checksum(3).Score(noisy, noise);
        });
        FakeClassifier held = new(3, (noisy, noise) =>
        {
            slowCalls++;
            return ten.Wait(Patience)
                ? FakeClassifier.Checksum(3).Score(noisy, noise)
                : throw new TimeoutException("The replicas went in lockstep.");
        });

        List<Certificate> certificates = [.. Run(images, slow == 0 ? [held, quick] : [quick, held], batch: 16, runsBehindHost: false)];

        slowCalls.Should().BeGreaterThan(0);
        certificates.Should().Equal(Run(images, [checksum], batch: 16, runsBehindHost: false));
    }

    private static FakeClassifier Stochastic() => new(3, (noisy, noise) =>
    {
        using Tensor inner = noise.Draw(2), sum = noisy + inner;
        return FakeClassifier.Checksum(3).Score(sum, noise);
    });

    private static IEnumerable<Certificate> Run(Tensor[] images, FakeClassifier[] replicas, int batch, bool runsBehindHost,
        CancellationToken token = default)
    {
        GridGaussianNoise noise = new(.5);
        VoteScheduler scheduler = new(
            [.. replicas.Select(replica => new VoteSampler(replica, CPU, noise, runsBehindHost))],
            new BatchRows([.. replicas.Select(_ => CPU)], batch, NullLogger.Instance), mostImages: 100);
        CertificateKind kind = new(Staged, 3, noise, new ReplicaIdentity(replicas, [TorchSharp.torch.CPU]), "cpu", null);
        SmoothingCall<Certificate> call = new(
            scheduler, new ImageIntake(new SeedSource(5, null, "certify"), null), kind, new SmoothingTelemetry(null), token);
        return call.Run(images.Select((image, i) => new SmoothingImage(image, i)), SmoothingOrder.AsGiven, null)
            .Select(outcome => outcome.Result with { Provenance = null });
    }
}
