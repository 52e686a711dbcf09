namespace DenoisedSmoothing.Tests.SecondOpinion;

/// <summary>The evidence of a test martingale between bounds, from its definition in docs/statistics.md.</summary>
internal static class EvidenceReference
{
    /// <summary>Against "p is at most p0", by k successes in n votes.</summary>
    /// <param name="martingale">Says only where it bets: on which alternatives, and on how many successes at the budget.</param>
    /// <param name="p0">Below k/n, and at most the martingale's own.</param>
    /// <param name="budget">Its budget.</param>
    /// <param name="tailShare">Its share bet on the tail.</param>
    /// <param name="k">Successes.</param>
    /// <param name="n">Votes.</param>
    public static Enclosure Of(TestMartingale martingale, double p0, int budget, double tailShare, int k, int n)
    {
        bool tail = tailShare > 0 && martingale.Needed <= budget;
        Enclosure hit = Enclosure.Of(p0), miss = Enclosure.One - hit, sum = Enclosure.Zero;
        foreach (double q in martingale.Alternatives)
            sum += (Enclosure.Of(q) / hit).Power(k) * ((Enclosure.One - Enclosure.Of(q)) / miss).Power(n - k);
        sum /= Enclosure.Of(martingale.Alternatives.Count);
        if (!tail)
            return sum;

        int needed = (int)martingale.Needed;
        Enclosure bet = BinomialReference.AtLeast(needed - k, budget - n, martingale.P0) / BinomialReference.AtLeast(needed, budget,
            martingale.P0);
        return (Enclosure.One - Enclosure.Of(tailShare)) * sum + Enclosure.Of(tailShare) * bet;
    }
}
