using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Votes;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Sampling;

/// <summary>
/// The inner noise of a stochastic denoiser, end to end: a denoiser that could see the smoothing noise would void the certificate, so what
/// it draws must be unrelated to it, for the same row and for every other.
/// </summary>
public class InnerNoiseTests
{
    private const int Rows = 128, Length = 3 * 32 * 32;

    /// <summary>
    /// A correlation over so many pairs has a standard deviation of 1/sqrt(3072) = .018; 128 x 128 of them stay within six.
    /// </summary>
    private static readonly double Chance = 6 / Math.Sqrt(Length);

    [Fact]
    public void Draw_is_unrelated_to_the_smoothing_noise_and_to_other_streams()
    {
        using DisposeScope scope = NewDisposeScope();
        (Tensor smoothing, Tensor[] inner) = Observe();

        Correlation.Largest(smoothing, smoothing).Should().BeGreaterThan(.9, "the check must see a stream that is the same");
        Correlation.Largest(smoothing, (inner[0] + .2 * smoothing.roll(1, 0))).Should()
            .BeGreaterThan(Chance, "and one that leaks a little, even into another row");
        for (int stream = 0; stream < inner.Length; stream++)
        {
            Correlation.Largest(smoothing, inner[stream]).Should().BeLessThan(Chance, "of stream {0}", stream + 1);
            for (int other = 0; other < stream; other++)
                Correlation.Largest(inner[other], inner[stream]).Should()
                    .BeLessThan(Chance, "of streams {0} and {1}", other + 1, stream + 1);
        }
    }

    [Fact]
    public void Draw_squares_are_unrelated_too()
    {
        // Uncorrelated is not independent: a stream of equal magnitudes and random signs would pass the check above.
        using DisposeScope scope = NewDisposeScope();
        (Tensor smoothing, Tensor[] inner) = Observe();
        foreach (Tensor stream in inner)
            Correlation.Largest(smoothing.square() - 1, stream.square() - 1).Should().BeLessThan(2 * Chance);
    }

    [Fact]
    public void Draw_rows_are_unrelated_to_one_another_and_standard_normal()
    {
        using DisposeScope scope = NewDisposeScope();
        (_, Tensor[] inner) = Observe();
        foreach (Tensor stream in inner)
        {
            Tensor correlations = Correlation.OfRows(stream, stream);
            Tensor others = correlations - correlations.diag().diag();
            others.abs().max().item<float>().Should().BeLessThan((float)Chance);
            double size = Math.Sqrt((double)Rows * Length);
            stream.mean().item<float>().Should().BeInRange((float)(-5 / size), (float)(5 / size));
            stream.square().mean().item<float>().Should().BeInRange((float)(1 - 8 / size), (float)(1 + 8 / size));
        }
    }

    [Fact]
    public void Draw_same_stream_again_gives_the_same_numbers_in_the_batchs_shape()
    {
        using Tensor image = Images.Grey(2, 3, 4);
        bool same = false, another = true;
        long[] shape = [];
        Certify(image, (noisy, noise) =>
        {
            Tensor first = noise.Draw(1), again = noise.Draw(1), other = noise.Draw(2);
            (same, another, shape) = (Equal(first, again), Equal(first, other), first.shape);
        });

        same.Should().BeTrue();
        another.Should().BeFalse();
        shape.Should().Equal(16, 2, 3, 4);

        static bool Equal(Tensor a, Tensor b) => a.eq(b).all().item<bool>();
    }

    [Fact]
    public void Draw_is_the_noise_of_its_place()
    {
        using Tensor image = Images.Grey(1, 3, 3);
        float[] drawn = [];
        Certify(image, (noisy, noise) => drawn = Images.ValuesOf(noise.Draw(7)), imageIndex: 5);
        for (int sample = 0; sample < 16; sample++)
        {
            float[] expected = new float[9];
            GaussianNoise.Fill(99, new NoiseCoordinate(7, 5, VotePhase.Estimation, sample), expected);
            drawn.AsSpan(9 * sample, 9).ToArray().Should().Equal(expected);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1 << 30)]
    public void Draw_stream_out_of_range_is_refused(int stream)
    {
        using Tensor image = Images.Grey(1, 2, 2);
        // Not Should().Throw, which looks into an AggregateException.
        ArgumentOutOfRangeException error =
            Assert.Throws<ArgumentOutOfRangeException>(() => Certify(image, (_, noise) => noise.Draw(stream)));
        error.Message.Should().Match(stream < 1 ? "*stream 0 is the smoothing noise*" : "*Stream*2^30*");
    }

    [Fact]
    public void Sigma_told_to_the_denoiser_is_the_certified_one()
    {
        using Tensor image = Images.Grey(1, 2, 2);
        double told = 0;
        Certify(image, (_, noise) => told = noise.Sigma);
        told.Should().Be(.5);
    }

    /// <summary>
    /// The noise of one batch as a base classifier meets it: what was added to the image, and streams 1, 2 and 3; [rows, length].
    /// </summary>
    private static (Tensor Smoothing, Tensor[] Inner) Observe()
    {
        Tensor image = Images.Random(5, 3, 32, 32);
        float[] smoothing = [];
        float[][] inner = [];
        Certify(image, (noisy, noise) =>
        {
            smoothing = Images.ValuesOf((noisy - image) / noise.Sigma);
            inner = [.. Enumerable.Range(1, 3).Select(stream => Images.ValuesOf(noise.Draw(stream)))];
        }, rows: Rows);
        return (tensor(smoothing, [Rows, Length]), [.. inner.Select(values => tensor(values, [Rows, Length]))]);
    }

    private static void Certify(Tensor image, Action<Tensor, NoiseContext> look, long imageIndex = 0, int rows = 16)
    {
        FakeClassifier classifier = new(2, (noisy, noise) =>
        {
            look(noisy, noise);
            return zeros(noisy.shape[0], 2);
        });
        StagedCertifier one = new(new VoteRequest(VotePhase.Estimation, rows));
        new SmoothedClassifier([classifier], .5, one, new SmoothingOptions { Batch = rows, Seed = 99 }).Certify(new(image, imageIndex));
    }
}
