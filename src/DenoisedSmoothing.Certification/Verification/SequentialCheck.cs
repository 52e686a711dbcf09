using System.Globalization;
using DenoisedSmoothing.Statistics;

namespace DenoisedSmoothing.Verification;

/// <summary>The sequential certifier: its evidence, bound and looks, replayed from the definitions in docs/statistics.md.</summary>
internal sealed class SequentialCheck : MethodCheck
{
    private readonly long _n0;
    private readonly SequentialOptions _options;
    private readonly MartingaleRung[] _rungs;
    private readonly MartingaleRung _lead;
    private readonly long[] _looks, _predictionLooks;
    private readonly Lazy<StoppingPlan[]> _plans;

    public SequentialCheck(long n0, SequentialOptions options, NoiseLaw law)
        : base(options.Alpha)
    {
        (_n0, _options) = (n0, options);
        double share = IsOpen ? 0 : RadiusLadder.TailShare;
        _rungs = [.. Probabilities(law).Select(p0 => new MartingaleRung(p0, options.Alpha, options.Budget, share))];
        _lead = new MartingaleRung(.5, options.Alpha, options.PredictBudget, 0);
        MartingaleRung[] planned = IsOpen ? _rungs[..1] : _rungs;
        _looks = Looks(options.Budget, planned);
        _predictionLooks = Looks(options.PredictBudget, [_lead]);
        _plans = new Lazy<StoppingPlan[]>(() => [.. planned.Select(rung => new StoppingPlan(
            new TestMartingale(rung.P0, options.Alpha, options.Budget, share), RadiusLadder.ThresholdOf(options.Alpha), _looks,
                options.Worth))]);
    }

    /// <summary>Alternatives of all rungs, looks, and for each planned rung two counts per look; they are made when first needed.</summary>
    public override long Bytes => base.Bytes + sizeof(double) * (_rungs.Sum(static rung => (long)rung.Size) + _lead.Size
        + _looks.Length + _predictionLooks.Length + 2L * _looks.Length * (IsOpen ? 1 : _rungs.Length));

    private bool IsOpen => _options.TargetRadii.Count == 0;

    private double Threshold => -Math.Log(_options.Alpha);

    public override void Certificate(Certificate c, NoiseLaw law, Findings findings)
    {
        Selected(c, _n0, findings);
        Alpha(c.Alpha, findings);
        long hits = c.EstimationVotes[c.SelectedLabel], votes = c.N;
        double bound = Bound(hits, votes);
        if (!(c.PALower <= bound + Tolerance))
            findings.Overstated("paLower", $"{c.PALower} is claimed, and {hits} of {votes} votes give {bound}");
        else if (c.PALower < bound - Tolerance)
            findings.Different("paLower", $"{c.PALower} is claimed, and {hits} of {votes} votes give {bound}");
        if (!CoversComplement(c.PALower, c.PBUpper))
            findings.Overstated("pbUpper", $"{c.PBUpper} is claimed, which with paLower {c.PALower} adds up to less than 1");
        else
            findings.Equal("pbUpper", c.PBUpper, 1 - c.PALower, "1 - paLower");
        Label(c, c.PALower > .5, findings);
        // The bound holds at every number of votes, whatever the reason there are no more.
        if (c.Stopped is null)
            Stopping(hits, votes, law, findings);
    }

    public override void Prediction(Prediction p, Findings findings)
    {
        Alpha(p.Alpha, findings);
        if (p.Stopped is null && Array.BinarySearch(_predictionLooks, p.N) < 0)
            findings.Different("votes", $"{p.N} votes were drawn, and the method never looks there");
        if (p.Label is { } label)
        {
            double evidence = EvidenceOf(label);
            if (evidence < Threshold * (1 - Tolerance))
                findings.Overstated("label", $"{label} is given, and the evidence for it, {Math.Exp(evidence)}, is below 1/alpha");
            Value(Math.Min(Math.Exp(-evidence), p.Alpha));
            findings.Equal("runnerUpLabel", p.RunnerUpLabel, RivalOf(p.Votes, label), "the votes");
            return;
        }

        // The selection votes are not in the prediction, so any label may have been tested.
        findings.Equal("topLabel", p.TopLabel, p.Votes.Top, "the votes");
        double[] possible = [.. Enumerable.Range(0, p.Votes.ClassCount).Select(any => Math.Min(1, Math.Exp(-EvidenceOf(any))))];
        double closest = possible.MinBy(value => Math.Abs(value - p.PValue));
        Value(closest);

        double EvidenceOf(int any) => _lead.Evidence(p.Votes[any], p.Votes[any] + p.Votes[RivalOf(p.Votes, any)], .5);

        void Value(double expected)
        {
            if (!(p.PValue >= expected * (1 - Tolerance)))
                findings.Overstated("pValue", $"{p.PValue} is claimed, and the votes give {expected}");
            else if (p.PValue > expected * (1 + Tolerance) + 1e-280)
                findings.Different("pValue", $"{p.PValue} is claimed, and the votes give {expected}");
        }
    }

    private void Stopping(long hits, long votes, NoiseLaw law, Findings findings)
    {
        int look = Array.BinarySearch(_looks, votes);
        if (look < 0)
        {
            findings.Different("estimationVotes", $"{votes} votes were drawn, and the method never looks there");
            return;
        }

        if (votes < _options.Budget && !IsDecided(look, hits, votes, law))
            findings.Different("estimationVotes", $"the method would have continued after {hits} of {votes} votes");
        if (look == 0 || IsOpen)
            return;

        // For the votes at the look before, only their range is known.
        long before = _looks[look - 1], fewest = Math.Max(0, hits - (votes - before)), most = Math.Min(hits, before);
        bool couldGoOn = false;
        for (long k = fewest; k <= most && !couldGoOn; k++)
            couldGoOn = !IsDecided(look - 1, k, before, law);
        if (!couldGoOn)
            findings.Different("estimationVotes", $"the method would have stopped at {before} votes, whichever of them were hits");
    }

    private bool IsDecided(int look, long hits, long votes, NoiseLaw law)
    {
        if (_plans.Value.FirstOrDefault(plan => !plan.Certifies(look, hits)) is { } pending)
            return pending.GivesUp(look, hits);
        if (!IsOpen)
            return true;
        long more = Math.Min(2 * votes, _options.Budget);
        double now = RadiusOf(Bound(hits, votes)), then = RadiusOf(Bound((long)((Int128)hits * more / votes), more));
        return then - now < _options.RadiusGain + Tolerance;

        double RadiusOf(double bound) => bound > .5 ? law.Radius(bound, 1 - bound).Lower : 0;
    }

    /// <summary>The largest p0 below which every "p is at most p0" is rejected, rung by rung; 0 where even 1/2 is not.</summary>
    private double Bound(long hits, long votes)
    {
        double low = .5;
        foreach (MartingaleRung rung in _rungs)
        {
            if (rung.Evidence(hits, votes, rung.P0) >= Threshold)
            {
                low = rung.P0;
                continue;
            }

            if (rung == _rungs[0] && rung.Evidence(hits, votes, .5) < Threshold)
                return 0;
            double high = rung.P0;
            for (int i = 0; i < 50; i++)
            {
                double middle = low + (high - low) / 2;
                (low, high) = rung.Evidence(hits, votes, middle) >= Threshold ? (middle, high) : (low, middle);
            }

            return low;
        }

        return low;
    }

    /// <summary>
    /// The targets' probabilities; in the open mode those of every hundredth of sigma that the budget can reach, for Gaussian noise.
    /// </summary>
    private IEnumerable<double> Probabilities(NoiseLaw law)
    {
        if (!IsOpen)
            return _options.TargetRadii.Select(radius => law.ProbabilityFor(radius) is var needed and < 1
                ? needed
                : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                    $"'sequential' with a target radius of {radius} has no certificate under noise of sigma {law.Sigma}.")));
        double largest = NormalTail.Quantile(Math.Exp(Math.Log(_options.Alpha) / _options.Budget)).Lower;
        return Enumerable.Range(0, Math.Max(0, (int)(largest / RadiusLadder.OpenSpacing)) + 1)
            .Select(i => NormalTail.Below(i * RadiusLadder.OpenSpacing).Lower);
    }

    /// <summary>
    /// 16, then steps with a constant ratio of at least 8 votes, the fewest votes that can reject each rung, and the budget.
    /// </summary>
    private long[] Looks(long budget, MartingaleRung[] rungs)
    {
        SortedSet<long> looks = [budget];
        for (long n = 16; n < budget; n = Math.Max(n + 8, (long)Math.Ceiling(n * _options.LookGrowth)))
            looks.Add(n);
        foreach (MartingaleRung rung in rungs)
        {
            (long low, long high) = (1, budget + 1);
            while (low < high)
            {
                long middle = low + (high - low) / 2;
                (low, high) = rung.Evidence(middle, middle, rung.P0) >= Threshold ? (low, middle) : (middle + 1, high);
            }

            if (low < budget)
                looks.Add(low);
        }

        return [.. looks];
    }
}
