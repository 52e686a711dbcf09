using DenoisedSmoothing.Baselines;
using DenoisedSmoothing.Staged;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Tests;

public class CertifiersTests
{
    private static readonly string[] All =
    [
        new CohenCertifier(7, 1234, 1 / 3.0, 55).Method.ToString(),
        new MulticlassCertifier(7, 1234, 1e-5, 55).Method.ToString(),
        new PixelDpCertifier(7, 1234, 1e-5, 55).Method.ToString(),
        new LecuyerCertifier(7, 1234, 1 / 3.0, 55).Method.ToString(),
        new LiCertifier(7, 1234, 1 / 3.0, 55).Method.ToString(),
        new StagedCertifier(.25).Method.ToString(),
        new StagedCertifier(1 / 3.0, [7, 90], 5, 1e-5, .01, 55).Method.ToString(),
        new SequentialCertifier().Method.ToString(),
        new SequentialCertifier(new SequentialOptions
        {
            TargetRadii = [.1, 1 / 3.0], N0 = 7, Budget = 999, Alpha = .01, Worth = 5.5, LookGrowth = 1.25, PredictN0 = 3, PredictBudget =
                44,
        }).Method.ToString(),
        new SequentialCertifier(new SequentialOptions { RadiusGain = .2, N0 = 5 }).Method.ToString(),
    ];

    public static TheoryData<string> Methods => new(All);

    [Theory]
    [MemberData(nameof(Methods))]
    public void Create_gives_a_certifier_of_the_very_method(string method) =>
        Certifiers.Create(CertificationMethod.Parse(method)).Method.ToString().Should().Be(method);

    // Texts of logs that were written before methods named their version.
    [Theory]
    [InlineData("cohen n0=100 n=1000 alpha=0.001", "cohen n0=100 n=1000 alpha=0.001 predict=1000 version=1")]
    [InlineData("cohen n0=5 n=100000 alpha=0.001 predict=1000", "cohen n0=5 n=100000 alpha=0.001 predict=1000 version=1")]
    [InlineData("multiclass n0=100 n=1000 alpha=0.05 predict=1000", "multiclass n0=100 n=1000 alpha=0.05 predict=1000 version=1")]
    [InlineData(
        "sequential open gain=0.01 n0=100 budget=100000 alpha=0.001 worth=600000 looks=1.1 predict=20+10000",
        "sequential open gain=0.01 n0=100 budget=100000 alpha=0.001 worth=600000 looks=1.1 predict=20+10000 rungs=0.01 version=1")]
    [InlineData(
        "sequential radii=0.25 n0=20 budget=1000 alpha=0.01 worth=600000 looks=1.1 predict=20+10000",
        "sequential radii=0.25 n0=20 budget=1000 alpha=0.01 worth=600000 looks=1.1 predict=20+10000 tail=0.4 version=1")]
    public void Create_reads_methods_that_do_not_say_their_version(string old, string now) =>
        Certifiers.Create(CertificationMethod.Parse(old)).Method.ToString().Should().Be(now);

    [Theory]
    [InlineData("bayes", "*no certification method 'bayes' here; there are cohen, multiclass, sequential, pixeldp, lecuyer, li, staged*")]
    [InlineData("staged", "*says the radius that it decides*")]
    [InlineData("staged radius=-1", "*must be finite and not negative*")]
    [InlineData("staged radius=1 stages=10,10", "*Stages are 1 to 20 rising numbers*")]
    [InlineData("staged radius=1 stages=10,x", "*stages is 'x', not a whole number*")]
    [InlineData("staged radius=1 giveup=0", "*giving up wrongly*")]
    [InlineData("cohen n=1 budget=5", "*cohen has no parameter 'budget'; it has version, n0, n, alpha, predict*")]
    [InlineData("cohen version=2", "*not known to this version: version is 2, and here it is 1*")]
    [InlineData("sequential tail=0.4", "*no parameter 'tail'*")]
    [InlineData("sequential radii=1 tail=0.5", "*tail is 0.5, and here it is 0.4*")]
    [InlineData("sequential open radii=1", "*either is open or has radii*")]
    [InlineData("cohen n=1e3", "*n is '1e3', not a whole number*")]
    [InlineData("cohen n=-1", "*n is '-1', not a whole number*")]
    [InlineData("cohen alpha=0,001", "*alpha is '0,001', not a number*")]
    [InlineData("cohen alpha=1", "*Alpha is the probability*from 1E-100 to 0.5*")]
    [InlineData("sequential predict=20", "*predict is '20', not two counts*")]
    [InlineData("sequential open=1", "*open is '1', not a word without a value*")]
    public void Create_refuses_what_it_does_not_know(string method, string message) =>
        FluentActions.Invoking(() => Certifiers.Create(CertificationMethod.Parse(method))).Should().Throw<ArgumentException>()
            .WithMessage(message);

    [Fact]
    public void Votes_of_each_certifier_are_within_its_range()
    {
        foreach (string method in All)
        {
            ICertifier certifier = Certifiers.Create(CertificationMethod.Parse(method));
            foreach (int share in (int[])[0, 50, 100])
            {
                (certifier.Method, Drawn(certifier.Certify(2, .5), share)).Should().Match<(CertificationMethod, long Votes)>(
                    drawn => drawn.Votes >= certifier.CertificationVotes.Fewest && drawn.Votes <= certifier.CertificationVotes.Most);
                (certifier.Method, Drawn(certifier.Predict(2), share)).Should().Match<(CertificationMethod, long Votes)>(
                    drawn => drawn.Votes >= certifier.PredictionVotes.Fewest && drawn.Votes <= certifier.PredictionVotes.Most);
            }
        }
    }

    private static long Drawn<T>(IVoteTest<T> test, int share)
    {
        long drawn = 0;
        while (test.Next is { } want)
        {
            long ones = want.Count * share / 100;
            test.Observe(new VoteCounts(want.Count - ones, ones));
            drawn += want.Count;
        }

        return drawn;
    }
}
