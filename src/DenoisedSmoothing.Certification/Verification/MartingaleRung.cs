namespace DenoisedSmoothing.Verification;

/// <summary>
/// The evidence against "p is at most p0" as docs/statistics.md defines it, for replaying the sequential certifier: the mean of the
/// likelihood ratios of q = 1 and of the q whose divergence from p0 is 1/2, 1/4, ... of that, and the tail at the budget.
/// </summary>
internal sealed class MartingaleRung
{
    private readonly List<double> _alternatives = [1];
    private readonly long _budget, _needed;
    private readonly double _tailShare, _tailBefore;

    public MartingaleRung(double p0, double alpha, long budget, double tailShare)
    {
        P0 = p0;
        _budget = budget;
        double evidence = -Math.Log(alpha);
        for (double divergence = -Math.Log(p0) / 2; evidence / divergence <= budget && _alternatives.Count < 64; divergence /= 2)
        {
            double low = p0, high = _alternatives[^1];
            for (int i = 0; i < 60; i++)
            {
                double middle = low + (high - low) / 2;
                (low, high) = Divergence(middle, p0) < divergence ? (middle, high) : (low, middle);
            }

            if (high <= p0 || high >= 1)
                break;
            _alternatives.Add(high);
        }

        if (tailShare == 0)
            return;
        (long least, long most) = (0, budget + 1);
        while (least < most)
        {
            long middle = least + (most - least) / 2;
            (least, most) = BinomialSums.AtLeast(middle, budget, p0).Upper <= alpha * tailShare ? (least, middle) : (middle + 1, most);
        }

        if (least <= budget)
            (_needed, _tailShare, _tailBefore) = (least, tailShare, BinomialSums.AtLeast(least, budget, p0).Upper);
    }

    public double P0 { get; }

    /// <summary>Approximately how many numbers it holds.</summary>
    public int Size => 16 + _alternatives.Capacity;

    /// <summary>The logarithm of the evidence from k hits among n votes against "p is at most p0", p0 at most <see cref="P0"/>.</summary>
    public double Evidence(long k, long n, double p0)
    {
        if (k <= p0 * n)
            return double.NegativeInfinity;
        double share = Math.Log((1 - _tailShare) / _alternatives.Count);
        List<double> terms =
            [.. _alternatives.Select(q => share + k * Math.Log(q / p0) + (k == n ? 0 : (n - k) * Math.Log((1 - q) / (1 - p0))))];
        if (_tailShare > 0)
            terms.Add(Math.Log(_tailShare * BinomialSums.AtLeast(_needed - k, _budget - n, P0).Lower / _tailBefore));
        double largest = terms.Max();
        return double.IsFinite(largest) ? largest + Math.Log(terms.Sum(term => Math.Exp(term - largest))) : largest;
    }

    private static double Divergence(double q, double p) => q * Math.Log(q / p) + (q < 1 ? (1 - q) * Math.Log((1 - q) / (1 - p)) : 0);
}
