using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Testing;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Tests.Cohen;

public class CohenCertificationTests
{
    private static readonly CohenCertifier Certifier = new(n0: 10, n: 1000);

    [Fact]
    public void Certify_wants_selection_then_estimation_then_nothing()
    {
        IVoteTest<Certificate> test = Certifier.Certify(3, .5);

        test.Next.Should().Be(new VoteRequest(VotePhase.Selection, 10));
        test.Observe(new VoteCounts(1, 9, 0));
        test.Next.Should().Be(new VoteRequest(VotePhase.Estimation, 1000));
        test.Observe(new VoteCounts(5, 990, 5));
        test.Next.Should().BeNull();
    }

    [Fact]
    public void Certify_clear_majority_carries_everything_needed_to_recompute_it()
    {
        VoteCounts selection = new(1, 9, 0), estimation = new(5, 990, 5);
        Certificate certificate = Run(Certifier, .5, selection, estimation);

        certificate.Label.Should().Be(1);
        certificate.Abstained.Should().BeFalse();
        certificate.SelectedLabel.Should().Be(1);
        certificate.PALower.Should().Be(ClopperPearson.Lower(990, 1000, .001));
        certificate.PBUpper.Should().Be(1 - certificate.PALower);
        certificate.Radius.Should().Be(CertifiedRadius.FromBound(certificate.PALower, .5)).And.BePositive();
        (certificate.SelectionVotes, certificate.EstimationVotes).Should().Be((selection, estimation));
        (certificate.Alpha, certificate.Sigma, certificate.N0, certificate.N).Should().Be((.001, .5, 10, 1000));
        certificate.Method.Should().Be(Certifier.Method);
        certificate.Provenance.Should().BeNull();
    }

    [Fact]
    public void Certify_all_votes_reach_the_largest_radius_of_n() =>
        Run(Certifier, .25, new VoteCounts(10, 0), new VoteCounts(1000, 0)).Radius.Should().Be(CertifiedRadius.Largest(1000, .001, .25));

    [Fact]
    public void Certify_bound_of_half_or_less_abstains_without_a_radius()
    {
        Certificate certificate = Run(Certifier, .5, new VoteCounts(6, 4), new VoteCounts(520, 480));

        certificate.Label.Should().BeNull();
        certificate.Abstained.Should().BeTrue();
        certificate.Radius.Should().Be(0);
        certificate.SelectedLabel.Should().Be(0);
        certificate.PALower.Should().BeInRange(.4, .5);
        (certificate.PALower + certificate.PBUpper).Should().BeGreaterThanOrEqualTo(1);
    }

    [Fact]
    public void Certify_bounds_of_label_and_others_add_up_to_one_or_more_in_exact_arithmetic()
    {
        CohenCertifier certifier = new(n0: 1, n: 997, alpha: .01);
        for (int k = 0; k <= 997; k++)
        {
            Certificate certificate = Run(certifier, .5, new VoteCounts(1, 0), new VoteCounts(k, 997 - k));

            (Exact.Of(certificate.PALower) + Exact.Of(certificate.PBUpper)).CompareTo(new Exact(1, 1)).Should()
                .BeGreaterThanOrEqualTo(0, "k={0}", k);
            (certificate.PALower + certificate.PBUpper).Should().BeLessThan(1 + 1e-15);
        }
    }

    [Fact]
    public void Certify_votes_the_label_that_selection_picked_not_the_later_winner()
    {
        Certificate certificate = Run(Certifier, .5, new VoteCounts(6, 4), new VoteCounts(0, 1000));

        certificate.Abstained.Should().BeTrue();
        certificate.SelectedLabel.Should().Be(0);
        (certificate.PALower, certificate.PBUpper).Should().Be((0, 1));
    }

    [Fact]
    public void Certify_selection_tie_goes_to_the_lowest_label() =>
        Run(Certifier, .5, new VoteCounts(0, 5, 5), new VoteCounts(0, 1000, 0)).Label.Should().Be(1);

    [Fact]
    public void Certify_n_too_small_for_alpha_abstains_even_when_unanimous() =>
        Run(new CohenCertifier(n0: 10, n: 9), .5, new VoteCounts(10, 0), new VoteCounts(9, 0)).Abstained.Should().BeTrue();

    [Fact]
    public void Observe_wrong_total_or_classes_is_refused_and_changes_nothing()
    {
        IVoteTest<Certificate> test = Certifier.Certify(2, .5);

        test.Invoking(t => t.Observe(new VoteCounts(5, 4)))
            .Should().Throw<ArgumentException>().WithMessage("The test asked for 10 Selection votes, got 9.*");
        test.Invoking(t => t.Observe(new VoteCounts(5, 4, 1)))
            .Should().Throw<ArgumentException>().WithMessage("The test runs over 2 classes, got votes over 3.*");
        test.Invoking(t => t.Observe(null!)).Should().Throw<ArgumentNullException>();
        test.Next.Should().Be(new VoteRequest(VotePhase.Selection, 10));

        test.Observe(new VoteCounts(5, 5));
        test.Invoking(t => t.Observe(new VoteCounts(5, 5))).Should().Throw<ArgumentException>("selection votes are not estimation votes");
    }

    [Fact]
    public void Result_before_the_end_is_refused()
    {
        IVoteTest<Certificate> test = Certifier.Certify(2, .5);

        test.Invoking(t => t.Result).Should().Throw<InvalidOperationException>().WithMessage("*still wants 10 Selection votes*");
        test.Observe(new VoteCounts(5, 5));
        test.Invoking(t => t.Result).Should().Throw<InvalidOperationException>().WithMessage("*still wants 1000 Estimation votes*");
    }

    [Fact]
    public void Observe_after_the_end_is_refused_and_keeps_the_result()
    {
        IVoteTest<Certificate> test = Certifier.Certify(2, .5);
        test.Observe(new VoteCounts(10, 0));
        test.Observe(new VoteCounts(1000, 0));
        Certificate result = test.Result;

        test.Invoking(t => t.Observe(new VoteCounts(0, 1000))).Should().Throw<InvalidOperationException>();
        test.Result.Should().BeSameAs(result);
    }

    private static Certificate Run(CohenCertifier certifier, double sigma, VoteCounts selection, VoteCounts estimation)
    {
        IVoteTest<Certificate> test = certifier.Certify(selection.ClassCount, sigma);
        test.Observe(selection);
        test.Observe(estimation);
        return test.Result;
    }
}
