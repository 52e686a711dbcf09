using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Data;
using DenoisedSmoothing.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests;

/// <summary>What must not change a certificate: threads, order, company, replicas; and for exact arithmetic not even the batch.</summary>
[Collection(OneAtATime.Name)] // changes the number of torch's threads, which is the process's
public sealed class SmoothedClassifierReproducibilityTests : IDisposable
{
    private const double Sigma = .5;
    private readonly int _threads = get_num_threads();

    public void Dispose() => set_num_threads(_threads);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(64)]
    [InlineData(100)]
    [InlineData(1000)]
    public void Exact_classifier_any_batch_gives_the_same_votes(int batch)
    {
        using DisposeScope scope = NewDisposeScope();
        SmoothingImage[] images = [.. Enumerable.Range(0, 5).Select(i => new SmoothingImage(Images.Random((uint)i, 2, 4, 4), i))];
        CohenCertifier certifier = new(n0: 33, n: 130, alpha: .05);
        FakeClassifier classifier = FakeClassifier.Checksum(4);
        IEnumerable<Certificate> Certify(int rows) =>
            new SmoothedClassifier([classifier], Sigma, certifier, new SmoothingOptions { Batch = rows, Seed = 3 }).CertifyMany(images);

        Certify(batch).Select(Votes).Should().Equal(Certify(32).Select(Votes));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void Exact_classifier_several_replicas_give_the_certificates_of_one(int replicas)
    {
        using DisposeScope scope = NewDisposeScope();
        SmoothingImage[] images = [.. Enumerable.Range(0, 9).Select(i => new SmoothingImage(Images.Random((uint)i, 1, 4, 4), i))];
        CohenCertifier certifier = new(n0: 7, n: 50, alpha: .05);
        IBaseClassifier[] several = [.. Enumerable.Range(0, replicas).Select(_ => new Named(FakeClassifier.Checksum(4)))];
        SmoothingOptions options = new() { Batch = 16, Seed = 3 };

        new SmoothedClassifier(several, Sigma, certifier, options).CertifyMany(images).Should()
            .Equal(new SmoothedClassifier(several[..1], Sigma, certifier, options).CertifyMany(images));
    }

    [Fact]
    public void Exact_classifier_many_images_in_work_give_what_each_gives_alone()
    {
        // Few votes per image and wide batches: the count tables grow while their slots are in use, and slots are used again.
        using DisposeScope scope = NewDisposeScope();
        SmoothingImage[] images = [.. Enumerable.Range(0, 150).Select(i => new SmoothingImage(Images.Random((uint)i, 1, 3, 3), i))];
        SmoothedClassifier smoothed = new([new Named(FakeClassifier.Checksum(4))], Sigma, new CohenCertifier(n0: 3, n: 11, alpha: .2),
            new SmoothingOptions
        {
            Batch = 128,
            Seed = 3,
        });

        smoothed.CertifyMany(images).Should().Equal(images.Select(item => smoothed.Certify(item)));
    }

    [Fact]
    public void Bundled_pair_threads_order_company_and_replicas_change_nothing()
    {
        using DisposeScope scope = NewDisposeScope();
        using FashionMnistPair pair = FashionMnistPair.Load(), second = FashionMnistPair.Load();
        LabeledImages test = FashionMnistPair.TestImages();
        SmoothingImage[] images = [.. new[] { 3, 21 }.Select(i => new SmoothingImage(test.Image(i), i))];
        // At this sigma some votes are close: a difference in the last bit of a score would have a chance to show.
        SmoothingOptions options = new() { Batch = 8, Seed = 17 };
        CohenCertifier certifier = new(n0: 6, n: 20, alpha: .05);
        IBaseClassifier Replica(FashionMnistPair of) => new DenoisedClassifier(of.Denoiser, of.Classifier);
        SmoothedClassifier smoothed = new([Replica(pair)], sigma: 1, certifier, options);
        List<Certificate> expected = [.. smoothed.CertifyMany(images)];

        foreach (int threads in new[] { 1, 2, 3 })
        {
            set_num_threads(threads);
            smoothed.CertifyMany(images).Should().Equal(expected, "torch has {0} threads", threads);
        }

        set_num_threads(_threads);
        smoothed.CertifyMany(images.Reverse()).Reverse().Should().Equal(expected, "the order of the images does not matter");
        images.Select(item => smoothed.Certify(item)).Should().Equal(expected, "company does not matter");
        new SmoothedClassifier([Replica(pair), Replica(second)], sigma: 1, certifier, options).CertifyMany(images).Should()
            .Equal(expected, "two replicas draw what one draws");
        expected.Should().Contain(certificate => certificate.EstimationVotes[certificate.EstimationVotes.Top] < 20,
            "votes that are all alike would show nothing");
    }

    [Fact]
    public void Replicas_leave_no_tensor_alive_on_any_thread()
    {
        using Tensor image = Images.Random(1, 1, 3, 3);
        SmoothedClassifier smoothed = new(
            [FakeClassifier.Checksum(2), FakeClassifier.Checksum(2)], Sigma, new CohenCertifier(n0: 10, n: 100), new SmoothingOptions
            {
                Batch = 8,
            });
        smoothed.Certify(image);
        long before = LiveTensors.CountAnywhere();

        smoothed.Certify(image);
        smoothed.CertifyMany(Enumerable.Range(0, 50).Select(i => new SmoothingImage(image, i))).Take(7).Count().Should().Be(7);

        Tensor.TotalCount.Should().Be(before);
    }

    private static (VoteCounts, VoteCounts, double) Votes(Certificate certificate) =>
        (certificate.SelectionVotes, certificate.EstimationVotes, certificate.Radius);
}
