using DenoisedSmoothing.Testing;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests;

/// <summary>The same classifier with other statistics.</summary>
public class SmoothedClassifierWithTests
{
    private static SmoothedClassifier Smoothed(IBaseClassifier inner) =>
        new([inner], sigma: .5, new CohenCertifier(n: 100), new SmoothingOptions { Batch = 16, Seed = 7 });

    [Fact]
    public void With_other_statistics_answers_as_one_made_with_them()
    {
        using Tensor image = full(1, 4, 4, .5f);
        SequentialCertifier other = new(new SequentialOptions { TargetRadii = [.1], Budget = 500 });
        Certificate shared = Smoothed(new Named(FakeClassifier.Checksum(2))).With(other).Certify(image);
        Certificate alone = new SmoothedClassifier(
            [new Named(FakeClassifier.Checksum(2))], sigma: .5, other, new SmoothingOptions { Batch = 16, Seed = 7 }).Certify(image);
        shared.Should().Be(alone);
    }

    [Fact]
    public void With_a_seed_draws_that_noise_and_leaves_the_others_alone()
    {
        using Tensor image = full(1, 4, 4, .5f);
        SmoothedClassifier smoothed = Smoothed(FakeClassifier.Checksum(2));
        smoothed.With(new CohenCertifier(n: 100), seed: 8).Certify(image).Provenance!.Seed.Should().Be(8);
        smoothed.Certify(image).Provenance!.Seed.Should().Be(7);
    }

    [Fact]
    public async Task With_other_statistics_shares_forward_passes()
    {
        using ManualResetEventSlim may = new();
        FakeClassifier inner = new(2, noisy =>
        {
            may.Wait();
            return zeros(noisy.shape[0], 2);
        });
        SmoothedClassifier smoothed = Smoothed(inner);
        SmoothedClassifier other = smoothed.With(new CohenCertifier(n0: 4, n: 4));
        using Tensor image = full(1, 4, 4, .5f);
        // The first pass waits until all are there; 20 x 8 votes then fit into passes of 16.
        Task<Certificate>[] asked = [.. Enumerable.Range(0, 20).Select(i =>
            (i % 2 == 0 ? other : smoothed.With(new CohenCertifier(n0: 4, n: 4))).CertifyAsync(new SmoothingImage(image, i)))];
        may.Set();
        await Task.WhenAll(asked);
        inner.Calls.Should().BeLessThan(20, "each alone would take a pass at least");
    }

    [Fact]
    public void With_nothing_to_certify_warns_of_the_new_statistics() =>
        Smoothed(FakeClassifier.Checksum(2)).With(new CohenCertifier(n: 2)).Warnings.Should().NotBeEmpty();
}
