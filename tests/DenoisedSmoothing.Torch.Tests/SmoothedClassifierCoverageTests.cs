using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Votes;
using TorchSharp;
using static TorchSharp.torch;

namespace DenoisedSmoothing.Torch.Tests;

/// <summary>
/// How often certificates are wrong when real noise goes through the whole library, for a classifier whose exact radius is known. Each
/// check is run on a doctored certifier too, and must catch it.
/// </summary>
public class SmoothedClassifierCoverageTests
{
    private const double Alpha = .05, Sigma = .25;
    private const int N0 = 9, N = 60;

    private const int Runs = 100_000;

    /// <summary>Enough for a doctored certifier to be found out.</summary>
    private const int FewRuns = 3_000;

    private static readonly LinearClassifier Plane = new([3, -4], .5);

    [Fact]
    public void Certify_linear_classifier_exceeds_its_exact_radius_no_more_often_than_alpha()
    {
        long wrong = Wrong(new CohenCertifier(N0, N, Alpha), Runs, seed: 7);

        Coverage.IsPlausible(wrong, Runs, Alpha).Should().BeTrue("{0} of {1} radii were too large", wrong, Runs);
        wrong.Should().BeGreaterThan((long)(.04 * Runs), "the test should not be so wasteful that the check has no power");
    }

    [Fact]
    public void Certify_linear_classifier_at_ten_times_alpha_is_caught()
    {
        long wrong = Wrong(new CohenCertifier(N0, N, 10 * Alpha), FewRuns, seed: 9);

        Coverage.IsPlausible(wrong, FewRuns, Alpha).Should().BeFalse("{0} of {1} radii were too large", wrong, FewRuns);
    }

    [Fact]
    public void Certify_for_more_noise_than_was_drawn_is_caught()
    {
        long wrong = Wrong(new Overclaiming(new CohenCertifier(N0, N, Alpha)), FewRuns, seed: 10);

        Coverage.IsPlausible(wrong, FewRuns, Alpha).Should().BeFalse("{0} of {1} radii were too large", wrong, FewRuns);
    }

    [Fact]
    public void Certify_colour_image_mean_radius_is_near_the_exact_one()
    {
        // Twelve dimensions and n large enough that the bound is tight: a wrong scale anywhere (sigma, [-1,1], sum for mean) would show.
        double[] weights = [.5, -1, 2, .25, 1, -.5, .75, -2, 1.5, .1, -.3, .9];
        using Tensor image = Images.Random(3, 3, 2, 2);
        float[] values = Images.ValuesOf(image);
        LinearClassifier plane = new(weights, bias: .6 - values.Zip(weights, (x, w) => x * w).Sum());
        double exact = plane.RadiusAt(values);
        SmoothedClassifier smoothed = new([plane], sigma: .12, new CohenCertifier(n: 100_000), new SmoothingOptions
        {
            Batch = 4096,
            Seed = 11,
        });

        Certificate certificate = smoothed.Certify(image);

        certificate.Label.Should().Be(1);
        certificate.Radius.Should().BeLessThanOrEqualTo(exact).And.BeGreaterThan(.95 * exact);
    }

    /// <summary>Certifies images at places where a certifier errs nearly as often as its alpha allows.</summary>
    private static long Wrong(ICertifier certifier, int runs, ulong seed)
    {
        using DisposeScope scope = NewDisposeScope();
        Place[] places = [.. new[] { 45, 50, 53 }.SelectMany(votes => new[] { PlaceFor(votes, label: 0), PlaceFor(votes, label: 1) })];
        SmoothedClassifier smoothed = new([Plane], Sigma, certifier, new SmoothingOptions { Batch = 8192, Seed = seed });
        long wrong = 0, run = 0;
        foreach (Certificate certificate in smoothed.CertifyMany(Enumerable.Range(0, runs)
            .Select(i => new SmoothingImage(places[i % places.Length].Image, i))))
        {
            Place place = places[run++ % places.Length];
            bool tooFar = certificate.Label == place.Label ? certificate.Radius > place.Radius : !certificate.Abstained;
            wrong += tooFar ? 1 : 0;
        }

        run.Should().Be(runs);
        return wrong;
    }

    /// <summary>Claims radii for a fifth more noise than there is.</summary>
    private sealed class Overclaiming(ICertifier honest) : ICertifier
    {
        public CertificationMethod Method { get; } = new("overclaiming");

        public VoteRange PredictionVotes => honest.PredictionVotes;

        public VoteRange CertificationVotes => honest.CertificationVotes;

        public IVoteTest<Prediction> Predict(int classCount) => honest.Predict(classCount);

        public IVoteTest<Certificate> Certify(int classCount, IRadiusRule rule) => honest.Certify(classCount, 1.2 * rule.Sigma);

        public IReadOnlyList<string> Warnings(int classCount) => [];
    }

    private sealed record Place(Tensor Image, int Label, double Radius);

    /// <summary>
    /// A place just within the radius that so many of N votes certify: there, P(votes or more) is just below alpha, the most that a
    /// Clopper-Pearson bound at alpha can err.
    /// </summary>
    private static Place PlaceFor(long votes, int label)
    {
        double radius = .999 * CertifiedRadius.FromBound(ClopperPearson.Lower(votes, N, Alpha), Sigma);
        // Along the unit normal (.6, -.8) from (.5, .5), where the plane's value is 0.
        double along = label == 1 ? radius : -radius;
        float[] values = [(float)(.5 + .6 * along), (float)(.5 - .8 * along)];
        Plane.LabelOf(values).Should().Be(label);
        return new Place(tensor(values, [1, 1, 2]), label, Plane.RadiusAt(values));
    }
}
