using DenoisedSmoothing.Testing;

namespace DenoisedSmoothing.Tests.Simulations;

public class TransferSimulationTests
{
    private const double Alpha = .05;

    private const int Pairs = 200, Runs = 20_000;

    /// <summary>With a certificate whose bound is close to the truth: with the others there is nothing to transfer.</summary>
    public static TheoryData<int> Certified =>
        [.. Enumerable.Range(0, PairTruth.All.Count).Where(i => PairTruth.All[i].Probability > .501)];

    [Fact]
    public void Transferred_certificates_are_wrong_no_more_often_than_both_alphas_together()
    {
        foreach (PairTruth truth in PairTruth.All)
        {
            foreach (ICertifier certifier in new ICertifier[]
            {
                new CohenCertifier(n0: 20, n: 500, Alpha), new MulticlassCertifier(n0: 20, n: 500, Alpha),
                new SequentialCertifier(new SequentialOptions { Alpha = Alpha, Budget = 500, RadiusGain = .2 }),
            })
            {
                TransferSimulation simulation = TransferSimulation.Of(truth, certifier, Alpha, Pairs, Alpha, runs: 4000);
                simulation.IsPlausible.Should().BeTrue("{0}", simulation);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Certified))]
    public void Zeta_is_too_small_no_more_often_than_its_alpha(int truth)
    {
        TransferSimulation simulation = TransferSimulation.OfZeta(PairTruth.All[truth], Pairs, Alpha, Runs);
        simulation.IsPlausible.Should().BeTrue("{0}", simulation);
    }

    [Fact]
    public void Zeta_at_ten_times_its_alpha_is_caught()
    {
        TransferSimulation simulation = TransferSimulation.OfZeta(PairTruth.All[0], Pairs, Alpha, Runs, usedAlpha: 10 * Alpha);
        simulation.IsPlausible.Should().BeFalse("{0}", simulation);
    }

    [Fact]
    public void Zeta_from_pairs_that_are_counted_twice_is_caught()
    {
        TransferSimulation simulation = TransferSimulation.OfZeta(PairTruth.All[0], Pairs, Alpha, Runs, copies: 2);
        simulation.IsPlausible.Should().BeFalse("{0}", simulation);
    }
}
