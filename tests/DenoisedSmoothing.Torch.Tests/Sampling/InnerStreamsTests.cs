using DenoisedSmoothing.Classification;
using DenoisedSmoothing.Denoising;
using DenoisedSmoothing.Schedules;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Votes;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Sampling;

/// <summary>
/// The inner noise of strategies within strategies, end to end: a vote over locally smoothed runs of a stochastic denoiser. All that the
/// classifier is shown here is inner noise, since the denoiser forgets the image.
/// </summary>
public class InnerStreamsTests
{
    private const int Rows = 64, Length = 3 * 32 * 32, Runs = 3, Copies = 2;

    /// <summary>A correlation over so many pairs has a standard deviation of 1/sqrt(3072) = .018.</summary>
    private static readonly double Chance = 6 / Math.Sqrt(Length);

    [Fact]
    public void Draws_of_all_runs_and_copies_are_unrelated_to_the_smoothing_noise_and_to_one_another()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor image = Images.Random(5, 3, 32, 32);
        float[]? smoothing = null;
        List<float[]> inner = [];
        DelegateDenoiser denoiser = new((noisy, noise) =>
        {
            smoothing ??= Images.ValuesOf((noisy - image) / noise.Sigma);
            inner.AddRange(Enumerable.Range(1, 2).Select(stream => Images.ValuesOf(noise.Draw(stream))));
            return zeros_like(noisy);
        });
        DelegateClassifier classifier = new(2, images =>
        {
            inner.Add(Images.ValuesOf(images / .25));
            return zeros(images.shape[0], 2);
        });
        MajorityVoteClassifier votes = new(new LocallySmoothedClassifier(denoiser, classifier, Copies), Runs);
        new SmoothedClassifier([votes], .5, new StagedCertifier(new VoteRequest(VotePhase.Estimation, Rows)), new SmoothingOptions
        {
            Batch = Rows,
            Seed = 7,
        }).Certify(image);

        inner.Should().HaveCount(Runs * (2 + Copies));
        Tensor[] all = [Of(smoothing!), .. inner.Select(Of)];
        for (int stream = 0; stream < all.Length; stream++)
        {
            Tensor own = Correlation.OfRows(all[stream], all[stream]);
            (own - own.diag().diag()).abs().max().item<float>().Should().BeLessThan((float)Chance, "of the rows of {0}", stream);
            for (int other = 0; other < stream; other++)
            {
                Correlation.Largest(all[stream], all[other]).Should().BeLessThan(Chance, "of {0} and {1}", stream, other);
                Correlation.Largest(all[stream].square() - 1, all[other].square() - 1).Should()
                    .BeLessThan(2 * Chance, "of the squares of {0} and {1}", stream, other);
            }
        }

        foreach (Tensor stream in all)
            stream.square().mean().item<float>().Should().BeInRange(.98f, 1.02f);
    }

    [Fact]
    public void Draws_of_nested_strategies_never_have_stream_0_and_never_the_same_stream_twice()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor noisy = Images.Random(1, 2, 1, 4, 4);
        List<int> streams = [];
        NoiseContext noise = new(.25, stream =>
        {
            streams.Add(stream);
            return zeros(2, 1, 4, 4);
        });
        DiffusionModel model = new(new FakeNetwork((x, _) => x * .5), new LinearSchedule(1000));
        GreyToColorDenoiser color = new(new MultiStepDenoiser(model, new MultiStepOptions { Steps = 20 }));
        MajorityVoteClassifier votes = new(new LocallySmoothedClassifier(color, new FlatClassifier(2), copies: 4), 5);

        votes.Score(noisy, noise);

        streams.Should().HaveCount(5 * (3 * 19 + 4)).And.OnlyHaveUniqueItems().And.OnlyContain(stream => stream > 0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    public void Exact_classifier_any_batch_gives_the_same_votes(int batch)
    {
        using DisposeScope scope = NewDisposeScope();
        SmoothingImage[] images = [.. Enumerable.Range(0, 3).Select(i => new SmoothingImage(Images.Random((uint)i, 2, 4, 4), i))];
        FakeClassifier checksum = FakeClassifier.Checksum(4);
        FakeClassifier stochastic = new(4, (noisy, noise) =>
        {
            using Tensor sum = noisy + noise.Draw(1);
            return checksum.Score(sum, noise);
        });
        IEnumerable<string> Certify(int rows, ulong seed = 3) => new SmoothedClassifier(
            [new MajorityVoteClassifier(stochastic, 3)], .5, new CohenCertifier(n0: 33, n: 130, alpha: .05), new SmoothingOptions
            {
                Batch = rows,
                Seed = seed,
            })
            .CertifyMany(images).Select(certificate => $"{certificate.SelectionVotes};{certificate.EstimationVotes}");

        string[] expected = [.. Certify(32)];
        Certify(batch).Should().Equal(expected);
        Certify(32, seed: 4).Should().NotEqual(expected);
    }

    private static Tensor Of(float[] values) => tensor(values, [Rows, Length]);
}
