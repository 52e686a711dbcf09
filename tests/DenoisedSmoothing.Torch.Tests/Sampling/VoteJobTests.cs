using DenoisedSmoothing.Noise;
using DenoisedSmoothing.Sampling;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Votes;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests.Sampling;

/// <summary>The loop between vote tests and the sampler, with tests that ask as a sequential certifier does.</summary>
public class VoteJobTests
{
    private static readonly VoteRequest[] Stages =
    [
        new(VotePhase.Selection, 5), new(VotePhase.Estimation, 7), new(VotePhase.Estimation, 9), new(VotePhase.Selection, 3),
            new(VotePhase.Estimation, 1), new(VotePhase.Estimation, 4),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(64)]
    public void Several_requests_of_a_phase_go_on_with_fresh_samples(int batch)
    {
        Dictionary<string, int> labels = []; // padding repeats a row
        FakeClassifier checksum = FakeClassifier.Checksum(3), recording = new(3, (noisy, noise) =>
        {
            Tensor scores = checksum.Score(noisy, noise);
            using Tensor votes = scores.argmax(1);
            foreach ((float[] row, long label) in Images.ValuesOf(noisy).Chunk(9).Zip(votes.data<long>().ToArray()))
                labels[Key(row)] = (int)label;
            return scores;
        });
        using Tensor image = Images.Random(1, 1, 3, 3);
        SmoothedClassifier smoothed = new([recording], .5, new StagedCertifier(Stages), new SmoothingOptions { Batch = batch, Seed = 4 });

        Certificate certificate = smoothed.Certify(new(image, 6));

        (certificate.N0, certificate.N).Should().Be((8, 21));
        string[] selection = [.. Enumerable.Range(0, 8).Select(sample => Noisy(VotePhase.Selection, sample))];
        string[] estimation = [.. Enumerable.Range(0, 21).Select(sample => Noisy(VotePhase.Estimation, sample))];
        certificate.SelectionVotes.Should().Be(Votes(selection), "each sample's vote is counted once");
        certificate.EstimationVotes.Should().Be(Votes(estimation));
        // Beyond these only what stands where padding would: the next samples of the estimation.
        string[] others = [.. labels.Keys.Except([.. selection, .. estimation])];
        others.Should().BeSubsetOf(Enumerable.Range(21, 3 * batch).Select(sample => Noisy(VotePhase.Estimation, sample)));
        if (batch == 1)
            others.Should().BeEmpty();

        VoteCounts Votes(string[] rows) => new([.. Enumerable.Range(0, 3).Select(label => rows.LongCount(row => labels[row] == label))]);

        string Noisy(VotePhase phase, int sample)
        {
            float[] noisy = new float[9];
            new GridGaussianNoise(.5).AddTo(4, new NoiseCoordinate(0, 6, phase, sample), Images.ValuesOf(image), noisy);
            return Key(noisy);
        }

        static string Key(float[] row) => string.Join(' ', row.Select(BitConverter.SingleToInt32Bits));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(5, false)]
    public void Missed_votes_of_the_first_selection_alone_are_an_error(int finite, bool fails)
    {
        // There is a later selection only because earlier bounds fell short. To try again after an error there is to choose among bounds.
        int rows = 0;
        FakeClassifier later = new(3, (_, _) => tensor(new float[,] { { rows++ < finite ? 1 : float.NaN, 0, 0 } }));
        using Tensor image = Images.Random(1, 1, 3, 3);
        SmoothedClassifier smoothed = new([later], .5, new StagedCertifier(Stages), new SmoothingOptions { Batch = 1, Seed = 4 });

        Action certify = () => smoothed.Certify(new(image, 6)).SelectionVotes.Missed.Should().Be(3);

        if (fails)
            certify.Should().Throw<InvalidOperationException>().WithMessage("*NaN*4 of 5*");
        else
            certify.Should().NotThrow();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(200)]
    public void Sequential_tests_in_company_get_what_each_gets_alone(int batch)
    {
        using DisposeScope scope = NewDisposeScope();
        SmoothingImage[] images = [.. Enumerable.Range(0, 20).Select(i => new SmoothingImage(Images.Random((uint)i, 1, 3, 3), 100 - i))];
        SmoothedClassifier smoothed = new([FakeClassifier.Checksum(3)], .5, new StagedCertifier(Stages), new SmoothingOptions
        {
            Batch = batch,
            Seed = 4,
        });

        smoothed.CertifyMany(images).Should().Equal(images.Select(item => smoothed.Certify(item)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(64)]
    [InlineData(1000)]
    public void Sequential_certifier_pooled_alone_and_fed_by_hand_concludes_the_same(int batch)
    {
        using DisposeScope scope = NewDisposeScope();
        const float Edge = .3f;
        FakeClassifier classifier = new(2, noisy =>
        {
            using Tensor margin = noisy.flatten(1).select(1, 0) - Edge, zero = zeros_like(margin);
            return stack([zero, margin], 1);
        });
        SmoothingImage[] images = [.. Enumerable.Range(0, 12).Select(i => new SmoothingImage(full([1, 2, 2], i / 12f), i))];
        SequentialCertifier certifier = new(new SequentialOptions { TargetRadii = [.125, .25], Budget = 600, PredictBudget = 300 });
        SmoothedClassifier smoothed = new([classifier], .25, certifier, new SmoothingOptions { Batch = batch, Seed = 4, PredictSeed = 9 });

        List<Certificate> pooled = [.. smoothed.CertifyMany(images)];

        images.Select(item => smoothed.Certify(item)).Should().Equal(pooled);
        pooled.Select(certificate => certificate with
        {
            Provenance = null,
        }).Should()
            .Equal(images.Select(item =>
            ByHand(certifier.Certify(2, new GridGaussianRule(.25, Images.ValuesOf(item.Pixels).Length)), item, seed: 4)));
        smoothed.PredictMany(images).Should().Equal(images.Select(item => ByHand(certifier.Predict(2), item, seed: 9)));
        pooled.Select(certificate => certificate.N).Distinct().Should()
            .HaveCountGreaterThan(3, "tests that all stop at one look would show little");

        static TResult ByHand<TResult>(IVoteTest<TResult> test, SmoothingImage item, ulong seed)
        {
            long[] used = new long[3];
            GridGaussianNoise noise = new(.25);
            float[] image = Images.ValuesOf(item.Pixels), noisy = new float[image.Length];
            while (test.Next is { } want)
            {
                long[] votes = new long[2];
                for (long i = 0; i < want.Count; i++)
                {
                    noise.AddTo(seed, new NoiseCoordinate(0, item.Index!.Value, want.Phase, used[(int)want.Phase]++), image, noisy);
                    votes[noisy[0] - Edge > 0 ? 1 : 0]++;
                }

                test.Observe(new VoteCounts(votes));
            }

            return test.Result;
        }
    }

    [Fact]
    public void Sequential_tests_take_no_pass_for_samples_that_were_drawn_ahead()
    {
        using Tensor image = Images.Random(1, 1, 3, 3);
        FakeClassifier classifier = FakeClassifier.Checksum(3);
        VoteRequest[] looks = [.. Enumerable.Repeat(new VoteRequest(VotePhase.Estimation, 8), 9)];
        SmoothedClassifier smoothed = new(
            [classifier], .5, new StagedCertifier([new VoteRequest(VotePhase.Selection, 20), .. looks]), new SmoothingOptions
            {
                Batch = 64,
                Seed = 4,
            });

        smoothed.Certify(image).N.Should().Be(72);

        classifier.Calls.Should().Be(2, "20 and 72 votes are two batches of 64, however they are asked for");
    }

    [Fact]
    public void Votes_survive_many_images_in_work()
    {
        // First batch of 8: two images and two thirds of the next. Their second requests are so small that many more images are opened
        // while the third image waits.
        using DisposeScope scope = NewDisposeScope();
        StagedCertifier certifier = new(new VoteRequest(VotePhase.Selection, 3), new(VotePhase.Estimation, 1), new(VotePhase.Estimation, 1),
            new(VotePhase.Estimation, 1));
        SmoothingImage[] images = [.. Enumerable.Range(0, 40).Select(i => new SmoothingImage(Images.Random((uint)i, 1, 3, 3), i))];
        SmoothedClassifier smoothed = new([FakeClassifier.Checksum(3)], .5, certifier, new SmoothingOptions { Batch = 8, Seed = 4 });

        smoothed.CertifyMany(images).Should().Equal(images.Select(item => smoothed.Certify(item)));
    }

    [Fact]
    public void Votes_of_every_class_are_counted_where_they_belong()
    {
        // The vote is the image's index, carried in its first pixel under very little noise.
        using DisposeScope scope = NewDisposeScope();
        FakeClassifier reader = new(10, noisy =>
            nn.functional.one_hot(noisy.flatten(1).select(1, 0).mul(10).round().to_type(ScalarType.Int64), 10).to_type(ScalarType.Float32));
        SmoothingImage[] images = [.. Enumerable.Range(0, 10).Select(i => new SmoothingImage(full([1, 2, 2], i / 10f), i))];
        SmoothedClassifier smoothed = new([reader], 1e-4, new StagedCertifier(Stages), new SmoothingOptions { Batch = 16 });

        foreach ((Certificate certificate, int label) in smoothed.CertifyMany(images).Select((certificate, i) => (certificate, i)))
        {
            certificate.SelectionVotes[label].Should().Be(8);
            certificate.EstimationVotes[label].Should().Be(21);
        }
    }

    [Fact]
    public void Test_that_wants_nothing_concludes_at_once()
    {
        using Tensor image = Images.Grey(1, 2, 2);
        FakeClassifier classifier = FakeClassifier.Constant(0, 1);
        new SmoothedClassifier([classifier], .5, new StagedCertifier()).Certify(image).N.Should().Be(0);
        classifier.Calls.Should().Be(0);
    }

    [Fact]
    public void Votes_drawn_ahead_do_not_survive_a_start_from_nothing()
    {
        // Votes tell the batch they come from: 1 in passes of 8 rows, 0 in passes of 4. Memory runs out in the third pass of 8, when three
        // votes of the estimation, drawn ahead in the first, wait for their request.
        FakeClassifier byBatch = new(2, noisy =>
        {
            using Tensor of8 = full(noisy.shape[0], noisy.shape[0] == 8 ? 1f : -1f), zero = zeros(noisy.shape[0]);
            return stack([zero, of8], 1);
        });
        using Tensor image = Images.Random(1, 1, 3, 3);
        StagedCertifier certifier = new(new VoteRequest(VotePhase.Selection, 5), new(VotePhase.Selection, 20),
            new(VotePhase.Estimation, 40));
        SmallMemory failing = new(byBatch, mostRows: 4, failAfter: 2);
        Certificate certificate = new SmoothedClassifier([failing], .5, certifier, new SmoothingOptions
        {
            Batch = 8,
            Seed = 4,
        }).Certify(image);

        failing.Asked.Take(4).Should().Equal(8, 8, 8, 4);
        certificate.Provenance!.Batch.Should().Be(4);
        (certificate.SelectionVotes, certificate.EstimationVotes).Should().Be((new VoteCounts(25, 0), new VoteCounts(40, 0)));
    }

    [Fact]
    public void Count_votes_on_their_way_from_before_a_start_count_no_more()
    {
        VoteJob job = Job(new VoteRequest(VotePhase.Selection, 5));
        job.Start(batch: 8);
        VoteRows before = job.Plan(8);
        job.Start(batch: 4);
        VoteRows after = job.Plan(4);

        job.Count(before, 0, label: 1);
        job.Drawn.Should().Be(0);
        job.Count(after, 0, label: 1);
        job.Drawn.Should().Be(1);
    }

    [Fact]
    public void Count_a_sample_beyond_the_request_waits_for_the_next()
    {
        VoteJob job = Job(new VoteRequest(VotePhase.Selection, 5), new VoteRequest(VotePhase.Selection, 1));
        job.Start(batch: 8);
        VoteRows wanted = job.Plan(8), ahead = job.PlanAhead(3);

        job.Count(ahead, 5, label: 1);
        job.Drawn.Should().Be(0, "samples 0 to 4 are asked for");
        for (int sample = 0; sample < 5; sample++)
            job.Count(wanted, sample, label: 0);
        job.RequestFull.Should().BeTrue();
        job.Observe();
        job.Drawn.Should().Be(1);
    }

    [Theory]
    [InlineData(VotePhase.Estimation, 0)]
    [InlineData(VotePhase.Estimation, -3)]
    [InlineData((VotePhase)3, 5)]
    [InlineData(VotePhase.Selection, (1L << 36) + 1)]
    public void Test_that_asks_for_what_cannot_be_drawn_is_an_error_at_once(VotePhase phase, long count)
    {
        using Tensor image = Images.Grey(1, 2, 2);
        FakeClassifier classifier = FakeClassifier.Constant(0, 1);
        SmoothedClassifier smoothed = new([classifier], .5, new StagedCertifier(new VoteRequest(phase, count)));
        Action act = () => smoothed.Certify(image);
        act.Should().Throw<InvalidOperationException>().WithMessage($"*{count}*{phase}*");
        classifier.Calls.Should().Be(0);
    }

    /// <summary>A job alone, whose votes ahead are of the phase that it asks for.</summary>
    private static VoteJob<Certificate> Job(params VoteRequest[] stages) => new(
        new ReadImage([0], [1, 1, 1], [], Index: 0, Seed: 0), 2, VotePhase.Selection, JobLimits.From(null, default, default),
        () => new StagedCertifier(stages).Certify(2, new GaussianRule(1)));
}
