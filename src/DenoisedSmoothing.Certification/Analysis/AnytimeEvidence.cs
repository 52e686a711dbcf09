using DenoisedSmoothing.Statistics;

namespace DenoisedSmoothing.Analysis;

/// <summary>
/// Evidence against "each of these events had probability at most p0, whatever came before it" that may be examined after every event: the
/// mean of the likelihood ratios of finitely many alternatives above p0, a non-negative supermartingale under the hypothesis, which reaches
/// 1/rho at any time with probability at most rho (Ville). docs/statistics.md has the proof.
/// </summary>
internal sealed class AnytimeEvidence
{
    /// <summary>Alternatives are placed for up to about this many events; beyond that the evidence is still valid but weaker.</summary>
    private const double Horizon = 1e8;

    /// <summary>Far above what the roundings of a term can add up to, relative to the sizes of the summands.</summary>
    private const double Guard = 1e-12;

    private readonly double _p0, _logShare;
    private readonly (double Hit, double Miss)[] _ratios;

    /// <param name="p0">The largest probability of an event under the hypothesis, strictly between 0 and 1.</param>
    /// <param name="rho">The allowed probability of a false rejection at any time, strictly between 0 and 1.</param>
    public AnytimeEvidence(double p0, double rho)
    {
        _p0 = p0;
        double level = -Math.Log(rho);
        Threshold = level * (1 + Guard) + Guard;

        // Each alternative diverges half as much from p0 as the one before: valid wherever they are, so rounding here does not matter.
        List<double> alternatives = [];
        double above = 1;
        for (double divergence = -Math.Log(p0) / 2; level / divergence <= Horizon; divergence /= 2)
        {
            double high = Bisection.Border(p0, above, 60, q => TestMartingale.Divergence(q, p0) < divergence).Fails;
            if (!(high > p0 && high < 1))
                break;
            alternatives.Add(above = high);
        }

        _logShare = -Math.Log(alternatives.Count);
        _ratios = [.. alternatives.Select(q => (Math.Log(q / p0), Math.Log((1 - q) / (1 - p0))))];
    }

    /// <summary>The logarithm of the evidence that rejects: log(1/rho), rounded up.</summary>
    internal double Threshold { get; }

    /// <summary>Whether this many hits among this many events reject the hypothesis: once they do, more hits do too.</summary>
    public bool Rejects(long hits, long events)
    {
        // Nothing is claimed up to the expected number.
        if (hits <= _p0 * events)
            return false;
        Span<double> terms = stackalloc double[_ratios.Length];
        double largest = double.NegativeInfinity;
        for (int i = 0; i < terms.Length; i++)
        {
            (double hit, double miss) = _ratios[i];
            double gained = hits * hit, lost = (events - hits) * miss;
            terms[i] = _logShare + gained + lost - Guard * (gained - lost + 1);
            largest = Math.Max(largest, terms[i]);
        }

        double sum = 0;
        foreach (double term in terms)
            sum += Math.Exp(term - largest);
        return largest + Math.Log(sum) - Guard * (Math.Abs(largest) + 1) >= Threshold;
    }
}
