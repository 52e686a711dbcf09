using BenchmarkDotNet.Attributes;
using DenoisedSmoothing.Statistics;
using DenoisedSmoothing.Votes;

namespace DenoisedSmoothing.Benchmarks;

/// <summary>What the numbers' side costs: once an image, where an image costs thousands of forward passes.</summary>
public class StatisticsBenchmarks
{
    private readonly VoteCounts _selection = new(5, 90, 5), _estimation = new(300, 99_200, 500), _batch = new(1, 14, 1);
    private readonly CohenCertifier _cohen = new();
    private readonly SequentialCertifier _sequential = new(new SequentialOptions { TargetRadii = [.5] });

    [Benchmark]
    public double ClopperPearsonLower() => ClopperPearson.Lower(99_200, 100_000, .001);

    [Benchmark]
    public double CohenCertificate()
    {
        IVoteTest<Certificate> test = _cohen.Certify(3, .5);
        test.Observe(_selection);
        test.Observe(_estimation);
        return test.Result.Radius;
    }

    /// <summary>The plan of stopping times, made once a certifier and sigma.</summary>
    [Benchmark]
    public IVoteTest<Certificate> SequentialPlan() => new SequentialCertifier(new SequentialOptions { TargetRadii = [.5] }).Certify(3, .5);

    [Benchmark]
    public IVoteTest<Certificate> SequentialTestOfAPlanMade() => _sequential.Certify(3, .5);

    [Benchmark]
    public VoteCounts VotesAdded() => _estimation.Add(_batch);

    [Benchmark]
    public int TopVote() => _estimation.Top;
}
